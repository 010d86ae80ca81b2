namespace ConsulConnect.DevAgent.Services;

internal sealed record ServiceWeights(int Passing, int Warning);
