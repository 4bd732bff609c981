using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Wayward.Web.Configuration;

/// <summary>
/// Binds a section strictly. The framework's binder ignores keys it does not know and stops at the first value it cannot convert;
/// here a misspelt key is an error, and all errors of all sections are told at once.
/// </summary>
internal sealed class OptionsReader(IConfiguration configuration)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The section bound over the type's defaults; the defaults themselves where it has errors.</summary>
    /// <param name="validate">Further checks on values that are each well-formed.</param>
    /// <param name="alsoKnown">Keys of the section that someone else reads.</param>
    public T Read<T>(string section, Func<T, IEnumerable<string>>? validate = null, params IReadOnlyCollection<string> alsoKnown) where T : class, new()
    {
        int before = _errors.Count;
        var source = configuration.GetSection(section);
        Check(typeof(T), source, alsoKnown);
        if (_errors.Count > before) return new T();
        var options = source.Get<T>() ?? new T();
        if (validate is not null) _errors.AddRange(validate(options));
        return options;
    }

    public void Add(string error) => _errors.Add(error);

    /// <exception cref="Commands.UsageException">There were errors.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0) throw new Commands.UsageException([.. _errors]);
    }

    private void Check(Type type, IConfigurationSection section, IReadOnlyCollection<string>? alsoKnown = null)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true })
            .ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (alsoKnown?.Contains(child.Key, StringComparer.OrdinalIgnoreCase) == true) continue;
            if (!properties.TryGetValue(child.Key, out var property))
                _errors.Add($"{child.Path} is not an option; {section.Path} has {string.Join(", ", properties.Keys.Order(StringComparer.Ordinal))}");
            else
                CheckValue(property.PropertyType, child);
        }
    }

    private void CheckValue(Type declared, IConfigurationSection child)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
        {
            var element = type.IsArray ? type.GetElementType()! : type.GetGenericArguments().LastOrDefault() ?? typeof(string);
            if (!string.IsNullOrEmpty(child.Value))
                _errors.Add($"{child.Path} is a list: give {child.Path}:0, {child.Path}:1, …");
            foreach (var item in child.GetChildren()) CheckValue(element, item);
        }
        else if (TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)))
        {
            if (child.Value is null && child.GetChildren().Any()) _errors.Add($"{child.Path} is a single value, {Accepted(type)}");
            else if (child.Value is { } text && !Converts(type, text)) _errors.Add($"{child.Path}: '{text}' is not {Accepted(type)}");
        }
        else
        {
            if (!string.IsNullOrEmpty(child.Value)) _errors.Add($"{child.Path} is a section, not a value");
            Check(type, child);
        }
    }

    private static bool Converts(Type type, string text)
    {
        if (type == typeof(string)) return true;
        // A number for an enumeration would pass the converter whether it has a name or not.
        if (type.IsEnum) return Enum.TryParse(type, text, ignoreCase: true, out var value) && Enum.IsDefined(type, value) && !char.IsAsciiDigit(text[0]);
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException || e.InnerException is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string Accepted(Type type) =>
        type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
        : type == typeof(TimeSpan) ? "a duration such as 45.00:00:00 (days.hours:minutes:seconds)"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? string.Create(CultureInfo.InvariantCulture, $"a whole number")
        : type == typeof(double) ? "a number such as 0.2"
        : type == typeof(string) ? "text" : $"a {type.Name}";
}
