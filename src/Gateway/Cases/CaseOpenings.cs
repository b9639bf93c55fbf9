using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Cases;

/// <summary>Reads what a body says about a new case.</summary>
internal static class CaseOpenings
{
    /// <summary>The command, or why the body cannot be taken.</summary>
    public static Either<OpenCase> Read(ResourceBody body)
    {
        if (body.Get(CaseShapes.TypeId) is not { } typeId)
        {
            if (body.Get(CaseShapes.LegacyType) is not { } name)
            {
                return ApiError.BadRequest("attribute \"type_id\" is required");
            }

            if (CaseTypes.FindByLegacyName(name) is not { } type)
            {
                return ApiError.BadRequest($"attribute \"type\" is no case type's name: {Quoted.Cut(name)}");
            }

            typeId = type.Id;
        }

        var values = body.Get(CaseShapes.CustomAttributes) is { } given ? CustomValues.ReadAll(given) : default;
        if (values.Refusal is { } badValue)
        {
            return badValue;
        }

        return new OpenCase(
            body.Get(CaseShapes.Project)!.Value,
            typeId,
            body.Get(CaseShapes.Title)!,
            body.Get(CaseShapes.NewDescription) ?? "",
            body.Get(CaseShapes.NewPriority) ?? CasePriority.NotDefined,
            body.Get(CaseShapes.StatusName),
            body.Get(CaseShapes.Assignee),
            body.Get(CaseShapes.NewAttributes) ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            CustomValues: values.Value);
    }
}
