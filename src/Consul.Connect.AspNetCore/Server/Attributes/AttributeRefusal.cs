namespace ConsulConnect.Server;

/// <param name="Status">401 without a caller of the mesh, 403 with the wrong one.</param>
/// <param name="Why">For the log.</param>
internal sealed record AttributeRefusal(int Status, string Why);
