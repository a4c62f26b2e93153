#include "server/visitors.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/random.h"
#include "http/events.h"
#include "model/ids.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kSessionBytes = 32;
constexpr std::size_t kLookBytes = 16;
constexpr std::size_t kMostChannels = 16;  // of one session

}  // namespace

Visitors::Visitors(crypto::RandomSource& random, Clock clock)
    : random_(&random), clock_(std::move(clock)) {}

std::string Visitors::new_word(std::size_t bytes) {
    Bytes word(bytes);
    random_->fill(word);
    return to_hex(word);
}

std::string Visitors::begin() {
    const std::lock_guard guard(mutex_);
    if (sessions_.size() >= kMostSessions)
        erase(std::ranges::min_element(sessions_, {}, [](const auto& s) { return s.second.used; }));
    auto word = new_word(kSessionBytes);
    sessions_[word].used = clock_();
    return word;
}

// The words are 256 random bits: that a map's comparison takes longer the more of one fits tells
// nothing that could be used.
Visitors::Sessions::iterator Visitors::find_session(std::string_view word) {
    const auto found = sessions_.find(word);
    if (found == sessions_.end()) return found;
    if (clock_() - found->second.used < rest_) return found;
    erase(found);
    return sessions_.end();
}

void Visitors::erase(Sessions::iterator session) {
    for (const auto& channel : session->second.channels) {
        channel->push("locked", "{}");
        channel->close();
    }
    sessions_.erase(session);
}

std::optional<Visitors::Visitor> Visitors::find(std::string_view word, bool counts) {
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return std::nullopt;
    if (counts) found->second.used = clock_();
    return Visitor{found->first, found->second.person};
}

bool Visitors::set_person(std::string_view word, const Viewer& person) {
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return false;
    found->second.person = person;
    found->second.looks.clear();
    return true;
}

void Visitors::end(std::string_view word) {
    const std::lock_guard guard(mutex_);
    if (const auto found = sessions_.find(word); found != sessions_.end()) erase(found);
}

void Visitors::end_all() {
    const std::lock_guard guard(mutex_);
    while (!sessions_.empty()) erase(sessions_.begin());
}

bool Visitors::is_empty() {
    const std::lock_guard guard(mutex_);
    return sessions_.empty();
}

bool Visitors::end_rested() {
    const std::lock_guard guard(mutex_);
    const auto now = clock_();
    for (auto at = sessions_.begin(); at != sessions_.end();) {
        const auto here = at++;
        if (now - here->second.used >= rest_) erase(here);
    }
    return sessions_.empty();
}

void Visitors::set_rest(std::chrono::minutes rest) {
    const std::lock_guard guard(mutex_);
    rest_ = rest;
}

std::chrono::minutes Visitors::rest() {
    const std::lock_guard guard(mutex_);
    return rest_;
}

std::string Visitors::add_look(std::string_view word, Look look) {
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return {};
    auto& looks = found->second.looks;
    if (looks.size() >= kMostLooks)
        looks.erase(
            std::ranges::min_element(looks, {}, [](const auto& l) { return l.second.used; }));
    look.used = clock_();
    auto name = new_word(kLookBytes);
    looks.emplace(name, look);
    return name;
}

std::string Visitors::look_at(std::string_view word, const model::ItemId& item) {
    return add_look(word, {.item = item, .moment = {}, .used = {}});
}

std::string Visitors::look_at(std::string_view word, const model::MomentId& moment) {
    return add_look(word, {.item = {}, .moment = moment, .used = {}});
}

void Visitors::end_look(std::string_view word, std::string_view look) {
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return;
    auto& looks = found->second.looks;
    if (const auto ended = looks.find(look); ended != looks.end()) looks.erase(ended);
}

void Visitors::end_looks(const std::optional<model::ItemId>& item,
                         const std::optional<model::MomentId>& moment) {
    const std::lock_guard guard(mutex_);
    for (auto& [word, session] : sessions_)
        std::erase_if(session.looks, [&](const auto& look) {
            return (item && look.second.item == item) || (moment && look.second.moment == moment);
        });
}

Opened Visitors::opened(std::string_view word, std::string_view look) {
    Opened opened;
    if (look.empty()) return opened;
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return opened;
    const auto named = found->second.looks.find(look);
    if (named == found->second.looks.end()) return opened;
    const auto now = clock_();
    if (now - named->second.used >= kLookRest) {
        found->second.looks.erase(named);
        return opened;
    }
    named->second.used = now;
    if (named->second.item) opened.items.insert(*named->second.item);
    if (named->second.moment) opened.moments.insert(*named->second.moment);
    return opened;
}

std::shared_ptr<http::EventChannel> Visitors::listen(std::string_view word) {
    const std::lock_guard guard(mutex_);
    const auto found = find_session(word);
    if (found == sessions_.end()) return nullptr;
    auto& channels = found->second.channels;
    std::erase_if(channels, [](const auto& channel) { return channel->is_closed(); });
    if (channels.size() >= kMostChannels) {
        channels.front()->close();
        channels.erase(channels.begin());
    }
    return channels.emplace_back(std::make_shared<http::EventChannel>());
}

void Visitors::tell_all(const std::string& event, const std::string& data) {
    const std::lock_guard guard(mutex_);
    for (const auto& [word, session] : sessions_)
        for (const auto& channel : session.channels) channel->push(event, data);
}

std::chrono::seconds Gate::enter() {
    const std::lock_guard guard(mutex_);
    if (inside_) return std::chrono::seconds(1);
    if (failures_ >= kFree) {
        const auto wait = std::chrono::seconds(1LL << std::min(failures_ - kFree, +kLongestShift));
        const auto left = std::chrono::ceil<std::chrono::seconds>(last_ + wait - clock_());
        if (left.count() > 0) return left;
    }
    inside_ = true;
    return std::chrono::seconds(0);
}

void Gate::failed() {
    const std::lock_guard guard(mutex_);
    inside_ = false;
    ++failures_;
    last_ = clock_();
}

void Gate::passed() {
    const std::lock_guard guard(mutex_);
    inside_ = false;
    failures_ = 0;
}

void Gate::left() {
    const std::lock_guard guard(mutex_);
    inside_ = false;
}

}  // namespace keepsake::server
