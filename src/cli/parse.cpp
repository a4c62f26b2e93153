#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "cli/argument_marks.h"
#include "cli/exit_code.h"
#include "cli/grammar.h"
#include "cli/invocation.h"
#include "cli/typed_values.h"
#include "library/find_words.h"

namespace keepsake::cli {
namespace {

/// How many of an invocation's parts are to be read from standard input.
int takers_of_stdin(const Invocation& invocation) {
    const auto is_stdin = [](const std::optional<std::string>& file) {
        return static_cast<int>(file == "-");
    };
    auto takers =
        is_stdin(invocation.global.passphrase_file) + is_stdin(invocation.global.identity_file);
    if (const auto* words = std::get_if<WordsCommand>(&invocation.command))
        takers += is_stdin(words->from);
    if (const auto* story = std::get_if<StoryWriteCommand>(&invocation.command))
        takers += is_stdin(story->from);
    if (const auto* show = std::get_if<ShowCommand>(&invocation.command))
        takers += is_stdin(show->passphrase_file);
    if (const auto* add = std::get_if<KeyAddCommand>(&invocation.command))
        takers += is_stdin(add->new_passphrase_file);
    if (const auto* change = std::get_if<KeyChangeCommand>(&invocation.command))
        takers += is_stdin(change->new_passphrase_file);
    return takers;
}

/// A new archive may be given two ways in; to open one, a single one is named.
Invocation checked(Invocation invocation) {
    if (!std::holds_alternative<NewCommand>(invocation.command) &&
        invocation.global.passphrase_file && invocation.global.identity_file)
        throw UsageError{"--passphrase-file or --identity, not both."};
    if (takers_of_stdin(invocation) > 1)
        throw UsageError{"Standard input (-) can be one thing only, and is named for two."};
    return invocation;
}

/// "keepsake help moment add" is "keepsake moment add --help".
std::vector<std::string> without_help_command(std::vector<std::string> arguments) {
    if (!arguments.empty() && arguments.front() == "help") {
        arguments.erase(arguments.begin());
        arguments.emplace_back("--help");
    }
    return arguments;
}

}  // namespace

CLI::App* Grammar::add_app(CLI::App& parent, const std::string& name,
                           const std::string& description) {
    auto* app = parent.add_subcommand(name, description);
    app->fallthrough();
    app->footer(
        "Every command takes --archive, --passphrase-file and --identity as well:\n"
        "keepsake --help tells about them.\n\n" +
        std::string(kExitCodesHelp));
    return app;
}

CLI::Option* Grammar::text(CLI::App& app, const std::string& names, std::string& into,
                           const std::string& description) {
    return app
        .add_option_function<std::string>(
            names, [&into](const std::string& given) { into = unmarked(given); }, description)
        ->type_name("");
}

CLI::Option* Grammar::text(CLI::App& app, const std::string& names,
                           std::optional<std::string>& into, const std::string& description) {
    return app
        .add_option_function<std::string>(
            names, [&into](const std::string& given) { into = unmarked(given); }, description)
        ->type_name("");
}

CLI::Option* Grammar::texts(CLI::App& app, const std::string& names, std::vector<std::string>& into,
                            const std::string& description) {
    return app
        .add_option_function<std::vector<std::string>>(
            names,
            [&into](const std::vector<std::string>& given) {
                std::ranges::transform(given, std::back_inserter(into), unmarked);
            },
            description)
        ->type_name("");
}

Grammar::Grammar()
    : app_("Keeps a family's photographs, films and words: encrypted, proved, for fifty years.",
           "keepsake") {
    app_.require_subcommand(1);  // one only: else `list check` would be two commands
    app_.set_help_flag("-h,--help", "Tells this");
    app_.set_version_flag("--version", "keepsake " KEEPSAKE_VERSION, "Tells the version");
    app_.get_formatter()->label("REQUIRED", "");
    app_.footer(
        "The archive is --archive, KEEPSAKE_ARCHIVE, or the one that you stand in.\n"
        "It is opened by --identity or KEEPSAKE_IDENTITY_FILE, by --passphrase-file or\n"
        "KEEPSAKE_PASSPHRASE_FILE (its first line), or by what you type at the terminal:\n"
        "the passphrase or the twelve words of a recovery key.\n\n" +
        std::string(kExitCodesHelp));
    text(app_, "--archive", global_.archive, "The archive's folder")->type_name("FOLDER");
    text(app_, "--passphrase-file", global_.passphrase_file,
         "A file whose first line is the passphrase; - is standard input")
        ->type_name("FILE");
    text(app_, "--identity", global_.identity_file, "An age identity file")->type_name("FILE");
    add_archive_commands();
    add_serve();
    add_list();
    add_find();
    add_preview();
    add_get();
    add_words();
    add_moment();
    add_story();
    add_show();
    add_telling_commands();
    add_care_commands();
    add_key();
    add_device();
    // Told by parse() before the grammar is asked; here so that the help names it.
    add_app(app_, "help", "Tells about a command");
}

void Grammar::add_archive_commands() {
    auto [make, made] = add<NewCommand>(app_, "new", "Makes an archive in a new or empty folder");
    text(*make, "ARCHIVE", made->archive, "The folder")->required();
    text(*make, "--recipient", made->recipient, "Can be opened by this age recipient's identity")
        ->type_name("AGE1...");
    make->add_flag("--recovery-key", made->recovery_key,
                   "Makes a recovery key without asking, and prints its twelve words");

    auto parity = std::make_shared<std::string>("now");
    auto looking = std::make_shared<std::string>("now");
    auto [keep, kept] = add<KeepCommand>(app_, "keep", "Keeps files and whole folders",
                                         [parity, looking](KeepCommand& values) {
                                             values.parity_later = is_later("--parity", *parity);
                                             values.looking_later = is_later("--looking", *looking);
                                         });
    texts(*keep, "PATH", kept->paths, "Files and folders")->required();
    keep->add_option("--parity", *parity,
                     "now, or later: leaves the repair data to `keepsake tend`")
        ->type_name("WHEN");
    keep->add_option("--looking", *looking,
                     "now, or later: leaves to `keepsake tend` what the files are and show")
        ->type_name("WHEN");
    keep->add_flag("--just-kept", kept->just_kept,
                   "Leaves what is kept among what was just kept, until somebody places it");
    keep->add_flag("--without-read-back", kept->without_read_back,
                   "Skips reading back what was written: it is not proved that it can be read")
        ->group("For measuring");
}

void Grammar::add_serve() {
    auto port = std::make_shared<std::string>("8420");
    auto [serve, served] =
        add<ServeCommand>(app_, "serve", "Shows the pages in a browser, until it is stopped",
                          [port](ServeCommand& values) {
                              values.port = port_number(*port);
                              if (values.certificate.has_value() != values.key.has_value())
                                  throw UsageError{"--cert and --key belong together."};
                              if (!values.shares_at.empty() && !values.shares_to)
                                  throw UsageError{"--shares-at goes with --shares-to."};
                          });
    text(*serve, "--address", served->address,
         "Where to listen: 127.0.0.1 unless said, which no other computer reaches")
        ->type_name("ADDRESS");
    text(*serve, "--port", *port, "8420 unless said; 0 is any that is free")->type_name("NUMBER");
    text(*serve, "--cert", served->certificate,
         "A certificate (PEM), so that other computers may be let in")
        ->type_name("FILE");
    text(*serve, "--key", served->key, "Its key (PEM)")->type_name("FILE");
    serve->add_flag("--behind-proxy", served->behind_proxy,
                    "Something in front of it encrypts, and passes Host on as it came");
    texts(*serve, "--host", served->hosts,
          "A name by which browsers reach it; asked for by any other, it refuses")
        ->type_name("NAME")
        ->allow_extra_args(false);
    text(*serve, "--prefix", served->prefix, "A path before everything, such as /photos")
        ->type_name("PATH");
    text(*serve, "--guests", served->guests,
         "Serves what is shown to others here, and nothing else, as 0.0.0.0:8421")
        ->type_name("HOST:PORT");
    text(*serve, "--shares-to", served->shares_to,
         "Lets the pages put what is shown into new folders below this one, for a web server")
        ->type_name("FOLDER");
    text(*serve, "--shares-at", served->shares_at, "The address at which that serves them")
        ->type_name("URL");
    text(*serve, "--log", served->log, "Notes what was answered there, without a name in it")
        ->type_name("FILE");
    serve->add_flag("--open", served->open_browser, "Opens the browser");
}

void Grammar::add_list() {
    auto [list, listed] =
        add<ListCommand>(app_, "list", "Lists what is kept, by date", [](ListCommand& values) {
            check_date(values.from);
            check_date(values.before);
        });
    texts(*list, "WORDS", listed->words,
          "Only what has all of these in its words, names, folders or moments;\n"
          "a date (2020, 2020-09, 2020-09-14) also finds what is from then");
    text(*list, "--from", listed->from, "Only from this date on: 2020, 2020-09 or 2020-09-14")
        ->type_name("DATE");
    text(*list, "--before", listed->before, "Only before this date")->type_name("DATE");
    list->add_flag("--let-go", listed->let_go, "What was let go instead");
    list->add_flag("--alike", listed->alike,
                   "Only pictures that look alike, side by side; none is ever removed");
    list->add_flag("--json", listed->json,
                   "One JSON object a line, for programs; \"taken\" is null until a\n"
                   "file or somebody tells when it was taken, \"modified\" is always given");
    list->add_flag("--details", listed->details,
                   "Also the nearest town, the camera and how long, of what was looked at");
}

void Grammar::add_find() {
    auto [find, found] = add<FindCommand>(
        app_, "find", "Finds items by words, dates, kinds, people, places and cameras",
        [](FindCommand& values) {
            const auto filter = library::find_filter(values.words);
            if (filter.words.empty() && filter.date.empty() && filter.kinds.empty())
                throw UsageError{"Say what to look for: words, a date, a kind."};
        });
    texts(*find, "WORDS", found->words,
          "All of these: words (the beginning is enough, accents or not), dates\n"
          "(2020, 2020-09, 2020-09-14), kinds (photographs, films, sounds, PDFs...);\n"
          "a kind in quotation marks is a word like others: find '\"film\" 1987'")
        ->required();
    find->add_flag("--json", found->json, "One JSON object a line, as list gives them");
    find->add_flag("--details", found->details, "Also the nearest town, the camera and how long");
    auto [together, joined] = add<TogetherCommand>(
        app_, "together", "Makes one item of several that belong together; the first shows it");
    texts(*together, "ITEM", joined->items, "Item numbers; two or more")->required();
    auto [apart, parted] =
        add<ApartCommand>(app_, "apart", "Makes an item's parts items of their own again");
    text(*apart, "ITEM", parted->item, "An item number")->required();
}

void Grammar::add_preview() {
    auto [preview, shown] = add<PreviewCommand>(
        app_, "preview",
        "Makes a small picture (JPEG) of an item to look at, or a copy of a film to play",
        [](PreviewCommand& values) {
            if (values.film && (values.small || values.page))
                throw UsageError{"--film goes with neither --small nor --page."};
        });
    text(*preview, "ITEM", shown->item, "An item number")->required();
    text(*preview, "--to", shown->file, "Where to; not to exist yet; - is standard output")
        ->required()
        ->type_name("FILE");
    preview->add_flag("--small", shown->small, "At most 320 pixels a side, not 1440");
    preview
        ->add_option_function<std::string>(
            "--page", [into = shown](const std::string& typed) { into->page = page_number(typed); },
            "Of a document, a TIFF, an animation or an examination's loop; from 1")
        ->type_name("N");
    preview->add_flag(
        "--film", shown->film,
        "A copy of a film or recording that plays anywhere (MP4, M4A or MP3), without what the "
        "original says of itself; also of the short film inside of a motion photo");
}

void Grammar::add_get() {
    auto all = std::make_shared<bool>(false);
    auto [get, got] = add<GetCommand>(
        app_, "get", "Gives exact originals back, with their folders, names and times",
        [all](GetCommand& values) {
            if (values.items.empty() && !*all) throw UsageError{"Name ITEMs, or --all."};
            if (!values.items.empty() && *all) throw UsageError{"ITEMs or --all, not both."};
        });
    texts(*get, "ITEM", got->items, "Item numbers, or their first digits (4 or more)");
    // The flag lives as long as the check that reads it.
    get->add_flag_callback("--all", [all] { *all = true; }, "Everything that is kept");
    text(*get, "--to", got->folder, "Where to; made if missing, and nothing in it is replaced")
        ->required()
        ->type_name("FOLDER");
}

void Grammar::add_care_commands() {
    auto some = std::make_shared<std::optional<std::string>>();
    auto [check, checked] =
        add<CheckCommand>(app_, "check", "Reads everything and proves that it is as it was kept",
                          [some](CheckCommand& values) {
                              if (*some) values.some_percent = percent(**some);
                          });
    check->add_flag("--repair", checked->repair,
                    "Heals what is damaged: from repair data, the mirror, the journal");
    text(*check, "--some", *some,
         "Reads a part only, such as 10%: what was not read for longest; ten such checks read all")
        ->type_name("PERCENT");
    check->add_flag("--without-key", checked->without_key,
                    "Asks for no way in: proves every file's hash, opens nothing");
    auto [tend, tended] = add<TendCommand>(
        app_, "tend", "The quiet upkeep; keeping and letting go do most of it, too");
    tend->add_flag("--without-key", tended->without_key,
                   "Asks for no way in: makes repair data, and nothing else");
    add<CareCommand>(app_, "care", "Tells in one sentence whether everything is safe");
}

std::string Grammar::named_command() const {
    std::string name = "keepsake";
    const auto* at = &app_;
    for (auto named = at->get_subcommands(); !named.empty(); named = at->get_subcommands()) {
        at = named.front();
        name += " " + at->get_name();
    }
    return name;
}

Told Grammar::usage(const std::string& message) const {
    const auto line = without_marks(message.substr(0, message.find('\n')));
    return {ExitCode::usage,
            "keepsake: " + printable(line) + " See " + named_command() + " --help.\n"};
}

std::variant<Invocation, Told> Grammar::parse(std::vector<std::string> arguments) {
    try {
        std::ranges::reverse(arguments);  // as CLI11 wants them
        app_.parse(std::move(arguments));
        for (const auto& choice : choices_)
            if (choice.app->parsed()) return checked({global_, choice.take()});
        return Told{ExitCode::done, app_.help()};
    } catch (const CLI::CallForHelp&) {
        return Told{ExitCode::done, app_.help()};
    } catch (const CLI::CallForVersion& version) {
        return Told{ExitCode::done, std::string(version.what()) + "\n"};
    } catch (const UsageError& error) {
        return usage(error.message);
    } catch (const CLI::RequiredError& error) {
        const std::string why = error.what();
        if (!app_.get_subcommands().empty())
            return usage(why.starts_with("A subcommand") ? "Name one of its commands." : why + ".");
        const auto others = app_.remaining();
        if (others.empty()) return usage("Name a command.");
        return usage("There is no command '" + others.front() + "'.");
    } catch (const CLI::Error& error) {
        return usage(error.what() + std::string("."));
    }
}

std::variant<Invocation, Told> parse(std::span<const char* const> arguments) {
    Grammar grammar;
    return grammar.parse(
        without_help_command(marked_arguments(arguments.subspan(arguments.empty() ? 0 : 1))));
}

}  // namespace keepsake::cli
