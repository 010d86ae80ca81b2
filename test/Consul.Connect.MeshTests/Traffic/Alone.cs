namespace ConsulConnect.MeshTests.Traffic;

/// <summary>Situations that fill the machine, or measure it: one at a time, and nothing beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
