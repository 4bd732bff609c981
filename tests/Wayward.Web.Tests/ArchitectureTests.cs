using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests;

/// <summary>The house's rules, held by the sources and by the compiled program.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>Who may see whom, top to bottom; a project may only refer to those named.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Wayward.FlowLogs"] = [],
        ["Wayward.Core"] = ["Wayward.FlowLogs"],
        ["Wayward.Storage"] = ["Wayward.Core"],
        ["Wayward.Engine"] = ["Wayward.Storage"],
        ["Wayward.Web"] = ["Wayward.Engine", "Wayward.Migrations.Sqlite", "Wayward.Migrations.PostgreSql"],
    };

    [Fact]
    public void Project_references_run_one_way()
    {
        foreach (var (project, allowed) in Allowed)
        {
            string text = File.ReadAllText(RepositoryFolder.Of("src", project, project + ".csproj"));
            var references = Reference().Matches(text).Select(m => Path.GetFileNameWithoutExtension(m.Groups[1].Value)).ToList();
            Assert.All(references, r => Assert.True(allowed.Contains(r), $"{project} must not refer to {r}"));
        }
    }

    [Fact]
    public void No_source_project_is_without_a_rule() =>
        Assert.Equal(Allowed.Keys.Order(), Directory.EnumerateDirectories(RepositoryFolder.Of("src")).Select(Path.GetFileName).Where(n => n != "bin" && n != "obj").Order());

    [Fact]
    public void Compiled_rooms_see_only_the_rooms_below_them()
    {
        var below = new Dictionary<string, HashSet<string>>();
        foreach (var (project, allowed) in Allowed) below[project] = [.. allowed, .. allowed.Where(below.ContainsKey).SelectMany(a => below[a])];
        foreach (var assembly in new[] { typeof(Wayward.FlowLogs.FlowLogReader), typeof(Wayward.Core.Detection.Finding), typeof(Wayward.Storage.StorageOptions), typeof(Wayward.Engine.IngestOptions) }.Select(t => t.Assembly))
        {
            string name = assembly.GetName().Name!;
            Assert.All(assembly.GetReferencedAssemblies().Select(r => r.Name!).Where(r => r.StartsWith("Wayward.", StringComparison.Ordinal)), r => Assert.Contains(r, below[name]));
        }
    }

    [Fact]
    public void Core_and_the_reader_do_no_input_or_output_of_their_own()
    {
        string[] forbidden = ["Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore", "AWSSDK", "System.Net.Http", "System.Net.Sockets", "System.Diagnostics.Process"];
        foreach (var assembly in new[] { typeof(Wayward.FlowLogs.FlowLogReader).Assembly, typeof(Wayward.Core.Detection.Finding).Assembly })
            Assert.All(assembly.GetReferencedAssemblies(), r => Assert.DoesNotContain(forbidden, f => r.Name!.StartsWith(f, StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_under_Components_touches_Entity_Framework()
    {
        foreach (string file in RepositoryFolder.Files(Path.Combine("src", "Wayward.Web", "Components"), "*.cs", "*.razor"))
            Assert.False(EntityFramework().IsMatch(File.ReadAllText(file)), $"{Path.GetRelativePath(RepositoryFolder.Path, file)} names Entity Framework");

        var components = typeof(WaywardHost).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith("Wayward.Web.Components", StringComparison.Ordinal) == true).ToList();
        Assert.NotEmpty(components);
        foreach (var type in components)
        {
            var touched = Touched(type).FirstOrDefault(IsEntityFramework);
            Assert.True(touched is null, $"{type.FullName} touches {touched?.FullName}");
        }
    }

    [Fact]
    public void The_net_for_Entity_Framework_catches_it()
    {
        Assert.Contains(Touched(typeof(Planted)), IsEntityFramework);
        Assert.Matches(EntityFramework(), "using Microsoft.EntityFrameworkCore;");
    }

    [Fact]
    public void A_component_reaches_stores_and_controls_only_through_the_service_of_its_feature()
    {
        Assert.NotEmpty(PageComponents);
        foreach (var component in PageComponents)
        {
            var door = ForbiddenDoors(component).FirstOrDefault();
            Assert.True(door is null, $"{component.FullName} is handed a {door?.Name}; let the service of its feature do that");
        }
    }

    [Fact]
    public void The_net_for_stores_in_components_catches_both_ways_of_injection()
    {
        Assert.Equal([typeof(Wayward.Storage.Findings.IFindingStore)], ForbiddenDoors(typeof(PlantedPage)));
        Assert.Equal([typeof(Wayward.Engine.Pipeline.IIngestControl)], ForbiddenDoors(typeof(PlantedPanel)));
        Assert.Empty(ForbiddenDoors(typeof(AllowedPage)));
    }

    [Fact]
    public void No_component_has_the_name_of_a_type_of_the_rooms_below()
    {
        var below = new[] { typeof(Wayward.Storage.StorageOptions), typeof(Wayward.Engine.IngestOptions), typeof(Wayward.Core.Detection.Finding) }.SelectMany(t => t.Assembly.GetTypes()).Where(t => t.IsPublic).Select(t => t.Name).ToHashSet();
        Assert.All(PageComponents, c => Assert.DoesNotContain(c.Name, below));
    }

    [Fact]
    public void The_services_of_the_features_are_internal() =>
        Assert.DoesNotContain(typeof(WaywardHost).Assembly.GetTypes(), t => t.IsPublic && t.Namespace?.StartsWith("Wayward.Web.Components", StringComparison.Ordinal) == true && t.Name.EndsWith("Service", StringComparison.Ordinal));

    private static List<Type> PageComponents =>
        [.. typeof(WaywardHost).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith("Wayward.Web.Components", StringComparison.Ordinal) == true && typeof(ComponentBase).IsAssignableFrom(t))];

    /// <summary>What a component is handed of storage and engine, by property or constructor. The change notifier is allowed: a page is woken by it, and reads and writes nothing through it.</summary>
    private static IEnumerable<Type> ForbiddenDoors(Type component)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        List<Type> handed = [.. component.GetConstructors(all).SelectMany(c => c.GetParameters()).Select(p => p.ParameterType)];
        for (var type = component; type is not null; type = type.BaseType)
            handed.AddRange(type.GetProperties(all).Where(p => p.IsDefined(typeof(InjectAttribute))).Select(p => p.PropertyType));
        return handed.Where(t => t.IsInterface && t != typeof(Wayward.Engine.Notifications.IChangeNotifier)
            && (t.Assembly == typeof(Wayward.Storage.StorageOptions).Assembly || t.Assembly == typeof(Wayward.Engine.IngestOptions).Assembly));
    }

    [Fact]
    public void The_program_shows_no_type_that_a_framework_does_not_ask_for()
    {
        string[] rooms = ["Reports", "Api", "Commands", "Scan", "Catalog", "Hosting", "Configuration"];
        var types = typeof(WaywardHost).Assembly.GetTypes().Where(t => rooms.Any(r => t.Namespace == "Wayward.Web." + r || t.Namespace?.StartsWith($"Wayward.Web.{r}.", StringComparison.Ordinal) == true)).ToList();
        Assert.NotEmpty(types);
        // Razor makes its components and the class of its imports public.
        Assert.All(types.Where(t => t.IsVisible && t.Name != "_Imports"), t => Assert.True(t.IsAssignableTo(typeof(Microsoft.AspNetCore.Components.IComponent)), $"{t.FullName} is public"));
    }

    private sealed class PlantedPage : ComponentBase
    {
        [Inject] private Wayward.Storage.Findings.IFindingStore Store { get; set; } = default!;
    }

#pragma warning disable CS9113 // The parameter is what the test looks for.
    private sealed class PlantedPanel(Wayward.Engine.Pipeline.IIngestControl control) : ComponentBase;
#pragma warning restore CS9113

    private sealed class AllowedPage : ComponentBase
    {
        [Inject] private Wayward.Engine.Notifications.IChangeNotifier Changes { get; set; } = default!;
    }

    [Fact]
    public void No_text_becomes_markup_outside_the_files_that_are_reviewed_for_it()
    {
        string[] reviewed = ["ThemeStyle.razor", "ReportStyleSheet.razor", "NarrativeText.razor"];
        foreach (string file in RepositoryFolder.Files(Path.Combine("src", "Wayward.Web"), "*.cs", "*.razor"))
        {
            if (reviewed.Contains(Path.GetFileName(file))) continue;
            Assert.False(RawMarkup().IsMatch(File.ReadAllText(file)), $"{Path.GetRelativePath(RepositoryFolder.Path, file)} makes markup of text");
        }
    }

    [Fact]
    public void No_relaxed_JSON_encoder_and_no_evaluated_script_is_used()
    {
        foreach (string file in RepositoryFolder.Files("src", "*.cs", "*.razor"))
            Assert.DoesNotContain("UnsafeRelaxedJsonEscaping", File.ReadAllText(file), StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(RepositoryFolder.Of("wwwroot-assets"), "*.js", SearchOption.AllDirectories).Where(f => !f.Contains("plotly", StringComparison.OrdinalIgnoreCase)))
            Assert.False(Evaluation().IsMatch(File.ReadAllText(file)), $"{Path.GetFileName(file)} evaluates text or writes it as markup");
    }

    private sealed class Planted
    {
        public static object Model() => new Wayward.Storage.Model.WaywardDbContext(null!);
    }

    private static bool IsEntityFramework(Type type) =>
        type.Namespace?.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) == true || type.Namespace?.StartsWith("Wayward.Storage.Model", StringComparison.Ordinal) == true;

    /// <summary>All types that a type's members and the bodies of its methods speak of.</summary>
    private static IEnumerable<Type> Touched(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        List<Type> types = [.. type.GetInterfaces()];
        if (type.BaseType is { } parent) types.Add(parent);
        types.AddRange(type.GetFields(all).Select(f => f.FieldType));
        types.AddRange(type.GetProperties(all).Select(p => p.PropertyType));
        foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
        {
            types.AddRange(method.GetParameters().Select(p => p.ParameterType));
            if (method is MethodInfo { ReturnType: var result }) types.Add(result);
            if (method.GetMethodBody() is not { } body) continue;
            types.AddRange(body.LocalVariables.Select(l => l.LocalType));
            types.AddRange(Called(method, body));
        }
        types.AddRange(type.GetNestedTypes(all).SelectMany(Touched));
        return types.SelectMany(Parts);
    }

    /// <summary>Reads the method's code as tokens: where four bytes name a member, its owner is touched. Bytes that only look like a token resolve to nothing of ours.</summary>
    private static IEnumerable<Type> Called(MethodBase method, MethodBody body)
    {
        byte[] code = body.GetILAsByteArray() ?? [];
        for (int i = 1; i + 4 <= code.Length; i++)
        {
            // call, callvirt, newobj, ldftn (second byte), ldfld, ldsfld, ldtoken
            if (code[i - 1] is not (0x28 or 0x6F or 0x73 or 0x06 or 0x7B or 0x7E or 0xD0)) continue;
            MemberInfo? member = null;
            try
            {
                member = method.Module.ResolveMember(BitConverter.ToInt32(code, i), method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
            }
            catch (Exception e) when (e is ArgumentException or BadImageFormatException or InvalidOperationException)
            {
            }
            if (member is Type named) yield return named;
            else if (member?.DeclaringType is { } owner) yield return owner;
        }
    }

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"EntityFrameworkCore|DbContext|Storage\.Model|FromSql|Microsoft\.Data\.Sqlite|Npgsql")]
    private static partial Regex EntityFramework();

    [GeneratedRegex(@"\bMarkupString\b|\bAddMarkupContent\b")]
    private static partial Regex RawMarkup();

    [GeneratedRegex(@"\beval\s*\(|new\s+Function\s*\(|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write")]
    private static partial Regex Evaluation();
}
