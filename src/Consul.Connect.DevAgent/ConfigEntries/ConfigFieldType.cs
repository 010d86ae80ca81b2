namespace ConsulConnect.DevAgent.ConfigEntries;

internal enum ConfigFieldType
{
    Text,
    Flag,
    Number,
    Duration,
    Texts,
    TextMap,
    Anything,
    Object,
    Objects,
}
