namespace ConsulConnect.Tests.Agent;

/// <summary>Answers in the form of a real agent, without real certificates.</summary>
internal static class Bodies
{
    public const string Roots =
        """
        {"ActiveRootID":"aa:01","TrustDomain":"11111111-2222-3333-4444-555555555555.consul","Roots":[
          {"ID":"aa:01","Name":"Consul CA Root Cert","SerialNumber":18446744073709551615,"RootCert":"PEM 1\n","IntermediateCerts":null,"Active":true,"NewerMember":{"x":[1]}},
          {"ID":"aa:00","RootCert":"PEM 0\n","IntermediateCerts":["PEM x\n"],"Active":false}]}
        """;

    public const string Leaf =
        """
        {"SerialNumber":"08","CertPEM":"CERT\nPEM\n","PrivateKeyPEM":"KEY\nPEM\n","Service":"web",
         "ServiceURI":"spiffe://11111111-2222-3333-4444-555555555555.consul/ns/default/dc/dc1/svc/web","ValidAfter":"2026-11-22T00:47:24Z","ModifyIndex":16}
        """;

    public static string Match(params string[] intentions) => $$"""{"web":[{{string.Join(',', intentions)}}]}""";

    public static string Intention(string members) =>
        $$"""{"SourceNS":"default","SourceName":"client","DestinationNS":"default","DestinationName":"web","SourceType":"consul","Precedence":9,{{members}}}""";
}
