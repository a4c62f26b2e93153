#include "faults/fault_case.h"

#include <array>
#include <cerrno>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "support/fault_plan.h"

namespace keepsake::testing {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 5> kErrors{
    {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS}, {"EINTR", EINTR}}};

constexpr std::array<std::pair<std::string_view, FaultKind>, 5> kKinds{
    {{"once", FaultKind::once},
     {"forever", FaultKind::forever},
     {"crash", FaultKind::crash},
     {"full", FaultKind::full},
     {"spoil", FaultKind::spoil}}};

}  // namespace

std::string FaultCase::to_text() const {
    std::string kind_text;
    for (const auto& [name, known] : kKinds)
        if (known == kind) kind_text = name;
    for (const auto& [name, number] : kErrors)
        if (number == error) kind_text += ":" + std::string(name);
    return scenario + " " + kind_text + " " + std::to_string(at) + " " + std::to_string(seed);
}

std::optional<FaultCase> FaultCase::from_text(std::string_view text) {
    std::istringstream words{std::string(text)};
    FaultCase result;
    std::string kind;
    if (!(words >> result.scenario >> kind >> result.at >> result.seed)) return std::nullopt;
    const auto colon = kind.find(':');
    const auto name = kind.substr(0, colon);
    bool known = false;
    for (const auto& [word, each] : kKinds) {
        if (word != name) continue;
        result.kind = each;
        known = true;
    }
    for (const auto& [word, number] : kErrors)
        if (colon != std::string::npos && kind.substr(colon + 1) == word) result.error = number;
    const bool needs_error = result.kind == FaultKind::once || result.kind == FaultKind::forever;
    if (!known || needs_error != (result.error != 0)) return std::nullopt;
    return result;
}

FaultPlan FaultCase::plan() const {
    if (kind == FaultKind::full) return {};  // by set_capacity()
    return {.fail_at = at,
            .error = error,
            .persistent = kind == FaultKind::forever,
            .crash = kind == FaultKind::crash,
            .spoil = kind == FaultKind::spoil};
}

}  // namespace keepsake::testing
