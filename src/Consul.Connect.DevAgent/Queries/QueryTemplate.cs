namespace ConsulConnect.DevAgent.Queries;

internal sealed record QueryTemplate(string Type, string Regexp, bool RemovesEmptyTags);
