using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ConsulConnect.Tests.Sources;

/// <summary>What an assembly shows to its users: one member a line, sorted, in a form that only changes when the member does.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(params IEnumerable<Type> types) =>
        [.. types.SelectMany(type => (IEnumerable<string>)[TypeLine(type), .. MembersOf(type).Select(member => $"{TypeNames.Of(type)}.{member}")]).Order(StringComparer.Ordinal)];

    private static string TypeLine(Type type)
    {
        var bases = type.IsEnum ? [Enum.GetUnderlyingType(type)]
            : type.IsValueType || type.BaseType is null || type.BaseType == typeof(object) || IsDelegate(type) ? [] : (Type[])[type.BaseType];
        IEnumerable<Type> inherited = type.IsEnum || IsDelegate(type) ? [] : type.GetInterfaces().Where(other => other.IsVisible).Except(type.BaseType?.GetInterfaces() ?? []).OrderBy(TypeNames.Of, StringComparer.Ordinal);
        var names = bases.Concat(inherited).Select(TypeNames.Of).ToList();
        return $"{Modifiers(type)}{Kind(type)} {TypeNames.Of(type)}{(names.Count > 0 ? " : " + string.Join(", ", names) : "")}";
    }

    private static string Modifiers(Type type) => type switch
    {
        { IsInterface: true } or { IsValueType: true } => "",
        { IsAbstract: true, IsSealed: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsSealed: true } when !IsDelegate(type) => "sealed ",
        _ => "",
    };

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : IsDelegate(type) ? "delegate" : type.IsValueType ? "struct" : "class";

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"));
        if (IsDelegate(type))
            return [Method(type.GetMethod("Invoke")!)];
        return type.GetConstructors(Declared).Where(IsSeen).Select(constructor => $"{Static(constructor)}.ctor({Parameters(constructor)})")
            .Concat(type.GetMethods(Declared).Where(method => IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))).Select(Method))
            .Concat(type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsSeen)).Select(Property))
            .Concat(type.GetEvents(Declared).Where(item => IsSeen(item.AddMethod!)).Select(item => $"{Static(item.AddMethod!)}event {item.Name}: {TypeNames.Of(item.EventHandlerType!)}"))
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(Field));
    }

    private static bool IsSeen(MethodBase method) => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.Name.Contains('<', StringComparison.Ordinal);

    private static string Static(MethodBase method) => (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "") + (method.IsStatic ? "static " : "");

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeNames.Of))}>" : "";
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Static(method)}{method.Name}{generic}({extension}{Parameters(method)}): {TypeNames.Of(method.ReturnType)}";
    }

    private static string Property(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsSeen(getter) ? "get; " : "";
        var set = property.SetMethod is not { } setter || !IsSeen(setter) ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        var index = property.GetIndexParameters().Length > 0 ? $"[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]" : "";
        return $"{Static(property.GetAccessors(true).First(IsSeen))}{property.Name}{index}: {TypeNames.Of(property.PropertyType)} {{ {get}{set}}}";
    }

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
        var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
        return $"{kind}{field.Name}: {TypeNames.Of(field.FieldType)}{value}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var direction = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{direction}{TypeNames.Of(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue) : "")}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
