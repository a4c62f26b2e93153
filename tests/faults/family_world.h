#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "support/family.h"
#include "support/simulated_file_system.h"

/// A family, its computers and disks on a simulated file system, and what it was told.
namespace keepsake::testing {

/// What the family may rely on after everything it was told. Files go by "folder/name" as they are
/// recorded. Where an answer never came, both the state before and the one after are allowed.
struct Ledger {
    /// Of these files at least so many are kept.
    struct Claim {
        std::vector<std::string> files;
        std::uint64_t least = 0;
    };
    bool has_archive = false;
    std::map<std::string, Bytes> asked;  ///< every file that was ever to be kept
    std::vector<Claim> claims;
    std::map<std::string, std::set<bool>> let_go;
    std::set<std::string> erasable;
    std::map<std::string, std::set<std::string>> words;
    std::map<std::string, std::set<std::string>> covers;
    std::map<std::string, std::set<bool>> opens;  ///< by the way in's name
    bool given = false;                           ///< everything was given back to kOut
};

/// Everything at one moment, to begin from again and again.
struct Beginning {
    std::vector<std::string> paths;
    std::map<std::string, Bytes> files;
    std::map<std::string, Bytes> sources;
    Ledger ledger;
    std::int64_t days = 0;
};

class FamilyWorld {
  public:
    static constexpr const char* kArchive = "/disk/archive";
    static constexpr const char* kOtherArchive = "/other/archive";
    static constexpr const char* kOut = "/home/out";

    explicit FamilyWorld(std::uint64_t seed);
    FamilyWorld(std::uint64_t seed, const Beginning& beginning);
    Beginning as_it_is() const;

    library::Environment environment();
    const crypto::AgeIdentity& person(const std::string& name) const;
    /// By the owner, if nobody else is named.
    Result<library::Library> open(const std::string& who = "owner");

    /// A file that can be kept.
    void put_source(const std::string& path, std::string_view bytes);
    void make_folder(const std::string& path);
    void pass_days(std::int64_t days);
    /// Plain copying, as people do: what is missing there is copied there.
    void copy_missing(const std::string& from, const std::string& to);

    // What people do; what they are told is noted. Nothing is assumed of what failed.
    void make_archive();
    void keep(library::Library& library, const std::string& path);
    void set_words(library::Library& library, const std::string& file, const std::string& text);
    void set_cover(library::Library& library, const std::string& file, const std::string& text);
    void let_go(library::Library& library, const std::string& file);
    void bring_back(library::Library& library, const std::string& file);
    void add_way(library::Library& library, const std::string& who);
    void remove_way(library::Library& library, const std::string& who);

    /// What anybody is told to have failed is remembered.
    template <class T>
    bool heed(const Result<T>& result) {
        told_of_failure = told_of_failure || !result;
        return result.has_value();
    }

    std::optional<model::ItemId> item_of(library::Library& library, const std::string& file);
    const std::map<std::string, Bytes>& sources() const { return sources_; }
    /// The recorded names of the files at or below a path.
    std::vector<std::string> names_below(const std::string& path) const;

    SimulatedFileSystem files;
    SeededRandom random;
    SetClock clock;
    std::stop_source stop;
    HeardListener heard;
    Ledger ledger;
    std::string archive = kArchive;
    std::string state_folder = "/home/state";
    bool can_sync_as_a_whole = true;
    /// Something that was asked for was said not to have been done.
    bool told_of_failure = false;

  private:
    void meet_people();
    void change_item(library::Library& library, const std::string& file, bool away);

    std::int64_t days_ = 0;
    std::map<std::string, crypto::AgeIdentity> people_;
    std::map<std::string, Bytes> sources_;  // by path
};

}  // namespace keepsake::testing
