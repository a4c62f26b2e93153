#include <CLI/CLI.hpp>

#include "cli/grammar.h"
#include "cli/invocation.h"
#include "cli/typed_values.h"

namespace keepsake::cli {

void Grammar::add_words() {
    auto [words, written] =
        add<WordsCommand>(app_, "words", "Writes the words of an item or a moment, or shows them",
                          [](WordsCommand& values) {
                              if (values.text && values.from)
                                  throw UsageError{"TEXT or --from, not both."};
                          });
    text(*words, "ITEM", written->subject, "An item or a moment")->required();
    text(*words, "TEXT", written->text, "The words; an empty text takes them away");
    text(*words, "--from", written->from, "Takes the words from a file; - is standard input")
        ->type_name("FILE");
}

void Grammar::add_moment() {
    auto* moment = add_app(app_, "moment", "Moments: what belongs together");
    moment->require_subcommand(1);
    auto [make, made] = add<MomentNewCommand>(*moment, "new", "Makes a moment");
    text(*make, "NAME", made->name, "Its name")->required();
    auto [put, into] = add<MomentAddCommand>(*moment, "add", "Puts items into a moment");
    text(*put, "MOMENT", into->moment, "Its name or number")->required();
    texts(*put, "ITEM", into->items, "Item numbers")->required();
    add<MomentListCommand>(*moment, "list", "Lists the moments");
    auto [show, shown] = add<MomentShowCommand>(*moment, "show", "Shows a moment and its items");
    text(*show, "MOMENT", shown->moment, "Its name or number")->required();
}

void Grammar::add_story() {
    auto* story = add_app(app_, "story", "A moment's story: Markdown, every version kept");
    story->require_subcommand(1);
    auto [write, written] = add<StoryWriteCommand>(*story, "write", "Writes a moment's story");
    text(*write, "MOMENT", written->moment, "Its name or number")->required();
    text(*write, "--from", written->from, "Takes it from a file; - is standard input, as without")
        ->type_name("FILE");
    auto [show, shown] = add<StoryShowCommand>(*story, "show", "Shows a moment's story");
    text(*show, "MOMENT", shown->moment, "Its name or number")->required();
    text(*show, "--as-of", shown->version, "An earlier one, as `story versions` names it")
        ->type_name("TIME");
    auto [versions, listed] = add<StoryVersionsCommand>(
        *story, "versions", "Lists the versions of a moment's story, oldest first");
    text(*versions, "MOMENT", listed->moment, "Its name or number")->required();
    auto [give, given] = add<StoryExportCommand>(
        *story, "export", "Writes a story into a new folder: Markdown, HTML, its pictures");
    text(*give, "MOMENT", given->moment, "Its name or number")->required();
    text(*give, "--to", given->folder, "Where to; missing or empty")
        ->required()
        ->type_name("FOLDER");
    give->add_flag("--covered", given->with_covered,
                   "What is covered goes along; else its line stands there");
}

void Grammar::add_show() {
    auto [show, wish] = add<ShowCommand>(
        app_, "show", "Makes copies for somebody outside, sealed, and prints their link",
        [](ShowCommand& values) {
            const auto what = static_cast<int>(!values.items.empty()) +
                              static_cast<int>(values.moment.has_value()) +
                              static_cast<int>(values.story.has_value());
            if (what != 1) throw UsageError{"Name ITEMs, or --moment, or --story."};
            if (values.folder && values.file)
                throw UsageError{"--to-folder or --as-file, not both."};
            if (values.file && !values.at.empty())
                throw UsageError{"--at goes with a folder, not with --as-file."};
            if (values.more && !values.cover) throw UsageError{"--tell-more goes with --cover."};
            if (values.with_key && !values.file)
                throw UsageError{"--with-key goes with --as-file."};
        });
    texts(*show, "ITEM", wish->items, "Item numbers");
    text(*show, "--moment", wish->moment, "A moment: its story and all its items")
        ->type_name("MOMENT");
    text(*show, "--story", wish->story, "A moment's story, with the items in it")
        ->type_name("MOMENT");
    add_show_options(*show, *wish);
    auto [shown, listed] = add<ShownCommand>(app_, "shown", "Lists all that is shown to anyone");
    shown->add_flag("--json", listed->json, "One JSON object a line, for programs");
    auto [end, ended] = add<EndCommand>(app_, "end", "Ends what is shown to somebody");
    text(*end, "NAME", ended->what, "A name, a link, or a number of `keepsake shown`")->required();
    text(*end, "--on", ended->on, "Not now: changes its last day, as 2027-06-30, or never")
        ->type_name("DATE");
}

void Grammar::add_show_options(CLI::App& show, ShowCommand& wish) {
    text(show, "--to", wish.to, "Whom it is for")->required()->type_name("NAME");
    text(show, "--from", wish.from, "Who sends it; else the archive's only keeper")
        ->type_name("NAME");
    text(show, "--cover", wish.cover,
         "A line that stands before all of it, until they want to look")
        ->type_name("WORDS");
    text(show, "--tell-more", wish.more, "With that line: what whoever asks to be told more reads")
        ->type_name("WORDS");
    text(show, "--until", wish.until, "The last day, as 2027-06-30")->type_name("DATE");
    text(show, "--passphrase-hint", wish.hint,
         "Asks for a passphrase as well, and tells them this to remember it by")
        ->type_name("WORDS");
    text(show, "--share-passphrase-file", wish.passphrase_file,
         "A file whose first line is that passphrase; - is standard input")
        ->type_name("FILE");
    show.add_flag("--originals", wish.originals,
                  "Originals go along, but for those that tell a place or a patient");
    show.add_flag("--places", wish.places, "Places go along, and with --originals those, too");
    text(show, "--to-folder", wish.folder,
         "Puts it into a folder, missing or empty, for any web server")
        ->type_name("FOLDER");
    text(show, "--at", wish.at, "The address that it will have there")->type_name("URL");
    text(show, "--as-file", wish.file, "Makes one page of it (.html), or a .zip")
        ->type_name("FILE");
    show.add_flag("--with-key", wish.with_key,
                  "The link's words stand in the file: whoever has it can open it");
}

void Grammar::add_telling_commands() {
    auto [cover, covered] = add<CoverCommand>(
        app_, "cover", "Covers an item or a moment with a line of words (160 characters at most)");
    text(*cover, "ITEM", covered->subject, "An item or a moment")->required();
    text(*cover, "WORDS", covered->words, "The line")->required();
    auto [uncover, uncovered] = add<UncoverCommand>(app_, "uncover", "Takes a cover away");
    text(*uncover, "ITEM", uncovered->subject, "An item or a moment")->required();

    auto [let_go, gone] =
        add<LetGoCommand>(app_, "let-go", "Lets items go; for 90 days they can be brought back");
    texts(*let_go, "ITEM", gone->items, "Item numbers")->required();
    auto [bring_back, back] = add<BringBackCommand>(app_, "bring-back", "Brings items back");
    texts(*bring_back, "ITEM", back->items, "Item numbers")->required();
}

}  // namespace keepsake::cli
