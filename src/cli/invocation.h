#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a command line asks for, as plain values. Texts are the bytes that were typed.
namespace keepsake::cli {

/// Options that every command takes, before its name or after it.
struct GlobalOptions {
    std::optional<std::string> archive;
    std::optional<std::string> passphrase_file;
    std::optional<std::string> identity_file;
};

struct NewCommand {
    std::string archive;
    std::optional<std::string> recipient;
    bool recovery_key = false;
};
struct KeepCommand {
    std::vector<std::string> paths;
    bool without_read_back = false;  ///< for measuring
    bool parity_later = false;       ///< left to tend
    bool looking_later = false;      ///< as well
    bool just_kept = false;          ///< stands apart until somebody places it
};
struct ServeCommand {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8420;
    std::optional<std::string> certificate;
    std::optional<std::string> key;
    bool behind_proxy = false;
    std::vector<std::string> hosts;
    std::string prefix;
    std::optional<std::string> guests;     ///< HOST:PORT
    std::optional<std::string> shares_to;  ///< where the pages may put what is shown
    std::string shares_at;                 ///< its address
    std::optional<std::string> log;
    bool open_browser = false;
};
struct ListCommand {
    std::vector<std::string> words;
    std::string from;
    std::string before;
    bool let_go = false;
    bool json = false;
    bool details = false;  ///< where, with what, how long
    bool alike = false;    ///< pictures that look alike, side by side
};
struct FindCommand {
    std::vector<std::string> words;  ///< as typed; each may hold several
    bool json = false;
    bool details = false;
};
struct PreviewCommand {
    std::string item;
    std::string file;  ///< "-": standard output
    bool small = false;
    std::optional<std::uint32_t> page;  ///< from 1
    bool film = false;                  ///< the film inside of the photograph, not a picture
};
struct TogetherCommand {
    std::vector<std::string> items;
};
struct ApartCommand {
    std::string item;
};
struct GetCommand {
    std::vector<std::string> items;  ///< empty: all
    std::string folder;
};
struct WordsCommand {
    std::string subject;
    std::optional<std::string> text;
    std::optional<std::string> from;  ///< "-": standard input
};
struct MomentNewCommand {
    std::string name;
};
struct MomentAddCommand {
    std::string moment;
    std::vector<std::string> items;
};
struct MomentListCommand {};
struct MomentShowCommand {
    std::string moment;
};
struct StoryWriteCommand {
    std::string moment;
    std::string from = "-";  ///< "-": standard input
};
struct StoryShowCommand {
    std::string moment;
    std::optional<std::string> version;  ///< as story versions names it; none: what stands
};
struct StoryVersionsCommand {
    std::string moment;
};
struct StoryExportCommand {
    std::string moment;
    std::string folder;
    bool with_covered = false;
};
struct ShowCommand {
    std::string to;
    std::optional<std::string> from;
    std::vector<std::string> items;
    std::optional<std::string> moment;
    std::optional<std::string> story;
    std::optional<std::string> cover;
    std::optional<std::string> more;  ///< with that line
    std::optional<std::string> until;
    std::optional<std::string> hint;             ///< asks for a passphrase; "": no hint
    std::optional<std::string> passphrase_file;  ///< of the share
    bool originals = false;
    bool places = false;
    std::optional<std::string> folder;
    std::optional<std::string> file;
    bool with_key = false;  ///< the link's words stand in the file
    std::string at;
};
struct ShownCommand {
    bool json = false;
};
struct EndCommand {
    std::string what;               ///< a name, a link, or the first digits of a share's number
    std::optional<std::string> on;  ///< a day, or "never": when it ends, other than now
};
struct CoverCommand {
    std::string subject;
    std::string words;
};
struct UncoverCommand {
    std::string subject;
};
struct LetGoCommand {
    std::vector<std::string> items;
};
struct BringBackCommand {
    std::vector<std::string> items;
};
struct CheckCommand {
    bool without_key = false;
    bool repair = false;
    double some_percent = 100;  ///< of the bytes, the longest-unchecked first
};
struct TendCommand {
    bool without_key = false;
};
struct CareCommand {};

struct KeyListCommand {};
struct KeyAddCommand {
    enum class Kind { passphrase, recovery, recipient };
    Kind kind = Kind::passphrase;
    std::string recipient;
    std::optional<std::string> name;
    std::optional<std::string> new_passphrase_file;
};
struct KeyRemoveCommand {
    std::string way;
};
struct KeyChangeCommand {
    std::optional<std::string> way;
    std::optional<std::string> new_passphrase_file;
};
struct KeyRotateCommand {
    bool reseal = false;
    bool join = false;
};

struct DeviceListCommand {};
struct DeviceNameCommand {
    std::optional<std::string> device;  ///< none: this one
    std::string name;
};
struct DeviceRetireCommand {
    std::string device;
};
struct DeviceKeepLockedCommand {
    bool allowed = false;
};
struct DeviceAcceptCommand {
    std::string device;
};

using Command = std::variant<
    NewCommand, KeepCommand, ServeCommand, ListCommand, FindCommand, PreviewCommand,
    TogetherCommand, ApartCommand, GetCommand, WordsCommand, MomentNewCommand, MomentAddCommand,
    MomentListCommand, MomentShowCommand, StoryWriteCommand, StoryShowCommand, StoryVersionsCommand,
    StoryExportCommand, ShowCommand, ShownCommand, EndCommand, CoverCommand, UncoverCommand,
    LetGoCommand, BringBackCommand, CheckCommand, TendCommand, CareCommand, KeyListCommand,
    KeyAddCommand, KeyRemoveCommand, KeyChangeCommand, KeyRotateCommand, DeviceListCommand,
    DeviceNameCommand, DeviceRetireCommand, DeviceAcceptCommand, DeviceKeepLockedCommand>;

struct Invocation {
    GlobalOptions global;
    Command command;
};

}  // namespace keepsake::cli
