using Wayward.Core.Detection;

namespace Wayward.Web.Configuration;

/// <summary>Reads section <c>Detection</c>, where <c>Detection:Profile</c> picks the parameter set that the other keys refine.</summary>
internal static class DetectionSettings
{
    private const string ProfileKey = "Profile";

    public static DetectionOptions Read(OptionsReader reader, IConfiguration configuration)
    {
        var options = reader.Read<DetectionOptions>(DetectionOptions.Section, o => o.Validate(), ProfileKey);
        string? profile = configuration[$"{DetectionOptions.Section}:{ProfileKey}"];
        if (string.IsNullOrEmpty(profile) || profile.Equals("default", StringComparison.OrdinalIgnoreCase)) return options;
        if (profile.Equals("guardduty", StringComparison.OrdinalIgnoreCase)) return DetectionOptions.GuardDutyProfile(options);
        reader.Add($"{DetectionOptions.Section}:{ProfileKey}: '{profile}' is not one of default, guardduty");
        return options;
    }
}
