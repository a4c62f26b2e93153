#include "faults/fault_case.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "support/fault_plan.h"

namespace keepsake::testing {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 3> kErrors{
    {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}}};

}  // namespace

std::string FaultCase::to_text() const {
    std::string kind_text = "crash";
    if (kind != FaultKind::crash) {
        kind_text = kind == FaultKind::once ? "once" : "forever";
        for (const auto& [name, number] : kErrors)
            if (number == error) kind_text += ":" + std::string(name);
    }
    return scenario + " " + kind_text + " " + std::to_string(at) + " " + std::to_string(seed);
}

std::optional<FaultCase> FaultCase::from_text(std::string_view text) {
    std::istringstream words{std::string(text)};
    FaultCase result;
    std::string kind;
    if (!(words >> result.scenario >> kind >> result.at >> result.seed)) return std::nullopt;
    const auto colon = kind.find(':');
    const auto name = kind.substr(0, colon);
    if (name == "crash") return result;
    if (name != "once" && name != "forever") return std::nullopt;
    result.kind = name == "once" ? FaultKind::once : FaultKind::forever;
    for (const auto& [word, number] : kErrors)
        if (colon != std::string::npos && kind.substr(colon + 1) == word) result.error = number;
    if (result.error == 0) return std::nullopt;
    return result;
}

FaultPlan FaultCase::plan() const {
    return {.fail_at = at,
            .error = error,
            .persistent = kind == FaultKind::forever,
            .crash = kind == FaultKind::crash};
}

}  // namespace keepsake::testing
