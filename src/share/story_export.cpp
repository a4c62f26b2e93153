#include "share/story_export.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/pictures.h"
#include "library/told.h"
#include "media/kind.h"
#include "model/ids.h"
#include "share/contents.h"
#include "share/leaf_words.h"
#include "share/new_folder.h"
#include "share/story.h"

namespace keepsake::share {
namespace {

constexpr std::string_view kPictures = "pictures";
constexpr std::string_view kUnsaid = "This was covered, and nobody has said what it is.";
constexpr std::string_view kStyle =
    "body{max-width:31em;margin:2em auto;padding:0 1em;font:1.2em/1.6 Literata,Georgia,serif;"
    "color:#23211e;background:#faf8f4}img{max-width:100%}.shown{display:flex;gap:6px}"
    ".shown>*{flex:1;min-width:0}figure{margin:0}figcaption{font-size:.8em;color:#57524a}"
    "hr{border:0;margin:3em 0}.cover{background:#e6e1d8;padding:2em 1em}";

/// How an item stands in the text.
struct Place {
    std::string file;  ///< "pictures/photograph-01.jpg"; "" where there is none
    std::string line;  ///< a cover's, or what it is
    std::string caption;
};

class Exporting {
  public:
    Exporting(library::Library& library, NewFolder& folder, library::Listener& listener)
        : library_(&library), folder_(&folder), listener_(&listener) {}

    Result<> add(const model::ItemId& id, const std::optional<library::Cover>& cover) {
        Place place;
        TRY_LET(const auto item, library_->catalog().item(id));
        if (cover) {
            ++report_.covered;
            place.line = cover->line.empty() ? std::string(kUnsaid) : to_utf8_lossy(cover->line);
        } else if (!item || item->let_go || item->files.empty()) {
            place.line = "(This is not here any more.)";
        } else {
            const auto caption = caption_json(*item);
            if (caption.is_string()) place.caption = caption.get<std::string>();
            TRY(add_picture(*item, place));
        }
        places_.insert_or_assign(id, std::move(place));
        return {};
    }

    std::string markdown(const model::ItemId& id) const {
        const auto& place = places_.at(id);
        if (place.file.empty()) return "(" + markdown_text(place.line) + ")";
        return "![" + markdown_text(place.caption) + "](" + place.file + ")";
    }
    std::string html(const model::ItemId& id) const {
        const auto& place = places_.at(id);
        if (place.file.empty()) return "<p class=\"cover\">" + html_text(place.line) + "</p>";
        auto figure =
            "<figure><img src=\"" + place.file + "\" alt=\"" + html_text(place.caption) + "\">";
        if (!place.caption.empty())
            figure += "<figcaption>" + html_text(place.caption) + "</figcaption>";
        return figure + "</figure>";
    }
    StoryExport& report() { return report_; }

  private:
    Result<> add_picture(const catalog::ItemRecord& item, Place& place) {
        const auto name = printable(item.files.front().name);
        place.line = item.kind ? "A " + std::string(media::name_of(*item.kind)) + "." : "A file.";
        if (item.kind == media::Kind::sound || item.kind == media::Kind::text) return {};
        const auto jpeg = library::picture_of(*library_, item.item, catalog::PictureSize::preview);
        if (!jpeg) {
            const auto code = jpeg.error().code();
            if (code != ErrorCode::not_found && code != ErrorCode::unsupported &&
                code != ErrorCode::corrupt)
                return jpeg.error();
            ++report_.missing;
            listener_->problem(name, jpeg.error().message());
            return {};
        }
        const auto number = std::to_string(++report_.pictures);
        place.file =
            std::string(kPictures) + "/picture-" + (number.size() < 2 ? "0" : "") + number + ".jpg";
        return folder_->write(place.file, *jpeg);
    }

    library::Library* library_;
    NewFolder* folder_;
    library::Listener* listener_;
    StoryExport report_;
    std::map<model::ItemId, Place> places_;
};

std::string page_of(std::string_view name, std::string_view body) {
    const auto title = html_text(name);
    return "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
           "content=\"width=device-width\">\n<title>" +
           title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>" +
           title + "</h1>\n" + std::string(body) + "</body>\n</html>\n";
}

}  // namespace

Result<StoryExport> export_story(library::Library& library, const model::MomentId& moment,
                                 const std::string& folder, bool with_covered,
                                 library::Listener& listener) {
    const auto& environment = library.environment();
    TRY_LET(const auto record, library.catalog().moment(moment));
    if (!record) return Error(ErrorCode::not_found, "There is no such moment here.");
    TRY_LET(const auto standing, standing_story(library, moment));
    if (standing.text.empty()) return Error(ErrorCode::not_found, "There is no story there yet.");
    if (standing.versions > 1)
        listener.note("The story has " + std::to_string(standing.versions) +
                      " versions side by side; the last one is written out.");
    TRY_LET(const auto story, parse_story(standing.text));
    TRY_LET(const auto told, library::Told::read(library.catalog()));
    TRY_LET(auto made, NewFolder::begin(environment.files, environment.random, folder, false));
    Exporting exporting(library, made, listener);
    // Who writes a story out has its moment before him: its own cover stands no more.
    library::Opened opened;
    opened.moments.insert(moment);
    const auto items = items_of(story);
    library::Progress progress{.doing = "Writing", .files_total = items.size()};
    for (const auto& item : items) {
        if (environment.stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        listener.progress(progress);
        ++progress.files_done;
        TRY(exporting.add(item,
                          with_covered ? std::nullopt : told.cover_of(item, std::nullopt, opened)));
    }
    const auto name = to_utf8_lossy(record->name);
    const auto title = name.empty() ? std::string() : "# " + markdown_text(name) + "\n\n";
    const auto markdown =
        title + to_markdown(story, [&](const model::ItemId& id) { return exporting.markdown(id); });
    const auto html =
        page_of(name, to_html(story, [&](const model::ItemId& id) { return exporting.html(id); }));
    TRY(made.write("story.md", as_bytes(markdown)));
    TRY(made.write("story.html", as_bytes(html)));
    TRY(made.publish());
    return exporting.report();
}

}  // namespace keepsake::share
