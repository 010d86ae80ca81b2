namespace ConsulConnect.DevAgent.Filters;

/// <summary>What a selector of a filter leads to; each kind knows other operators.</summary>
internal enum FilterKind
{
    Text,
    Number,
    Flag,
    TextList,
    TextMap,
    Object,
    ObjectList,
    ObjectMap,
}
