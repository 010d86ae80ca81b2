namespace ConsulConnect;

/// <summary>How much of the load an instance takes, relative to the others.</summary>
public sealed class ConsulServiceWeights
{
    /// <summary>While its checks pass: 1 to 65535. Default 1.</summary>
    public int Passing { get; set; } = 1;

    /// <summary>While a check warns: 0 to 65535, where 0 takes it out. Default 1.</summary>
    public int Warning { get; set; } = 1;
}
