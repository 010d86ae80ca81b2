namespace ConsulConnect.DevAgent.Services;

internal sealed record ServiceAddress(string Address, int Port);
