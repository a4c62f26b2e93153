// A share as one file: a page that holds all in itself, or a ZIP.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/random.h"
#include "crypto/sha256.h"
#include "os/file_system.h"
#include "share/destination.h"
#include "share/guest_page.h"
#include "share/random_name.h"
#include "share/zip_writer.h"

namespace keepsake::share {
namespace {

constexpr std::string_view kHeadEnd = "</head>";
constexpr std::string_view kBodyEnd = "</body>";
constexpr std::size_t kPieceBytes = 6UL << 20U;  // divisible by 3, so that base64 can be joined
static_assert(kPieceBytes % 3 == 0);

/// `page` with what says how its files are found, and the link's words where they go along.
Result<std::string> with_metas(std::string_view page, std::string_view files,
                               std::string_view key) {
    const auto head = page.find(kHeadEnd);
    if (head == std::string_view::npos || page.find(kBodyEnd, head) == std::string_view::npos)
        return Error(ErrorCode::unsupported,
                     "This program was built with a guest page that it "
                     "does not understand.");
    std::string metas = "<meta name=\"keepsake-files\" content=\"" + std::string(files) + "\">";
    if (!key.empty()) metas += "<meta name=\"keepsake-key\" content=\"" + std::string(key) + "\">";
    return std::string(page.substr(0, head)) + metas + std::string(page.substr(head));
}

/// A file beside its name until it is whole.
class HiddenFile {
  public:
    static Result<HiddenFile> create(os::FileSystem& files, crypto::RandomSource& random,
                                     const std::string& path) {
        if (files.info(path))
            return Error(ErrorCode::exists, printable(path) + " is there already.");
        HiddenFile hidden(
            files, path, os::join_path(os::parent_of(path), "." + random_name(random, 8) + ".tmp"));
        TRY_LET(hidden.file_, files.create(hidden.temporary_, false));
        return hidden;
    }
    HiddenFile(HiddenFile&& other) noexcept = default;
    HiddenFile& operator=(HiddenFile&&) = delete;
    HiddenFile(const HiddenFile&) = delete;
    HiddenFile& operator=(const HiddenFile&) = delete;
    ~HiddenFile() {
        if (!file_) return;
        file_.reset();
        static_cast<void>(files_->remove_file(temporary_));
    }

    Result<> append(ByteView bytes) {
        hash_.update(bytes);
        return file_->append(bytes);
    }
    Result<> append(std::string_view text) { return append(as_bytes(text)); }
    Result<> sync() {
        sha256_ = to_hex(hash_.finish());
        TRY(file_->sync());
        return file_->close();
    }
    Result<> publish() {
        TRY(files_->rename_exclusive(temporary_, path_));
        file_.reset();
        return files_->sync_directory(os::parent_of(path_));
    }
    const std::string& sha256() const { return sha256_; }

  private:
    HiddenFile(os::FileSystem& files, std::string path, std::string temporary)
        : files_(&files), path_(std::move(path)), temporary_(std::move(temporary)) {}
    os::FileSystem* files_;
    std::string path_;
    std::string temporary_;
    std::unique_ptr<os::WritableFile> file_;  // none once it has its name
    crypto::Sha256 hash_;
    std::string sha256_;
};

class PageDestination final : public Destination {
  public:
    PageDestination(HiddenFile file, std::string rest)
        : file_(std::move(file)), rest_(std::move(rest)) {}

    Result<> begin(const std::string& name, std::uint64_t size_bytes) override {
        total_bytes_ += size_bytes;
        if (total_bytes_ > kLargestOneFileBytes)
            return Error(ErrorCode::limit,
                         "This is more than one page can hold (96 MiB). Let FILE end in .zip.");
        return file_.append("<script type=\"text/plain\" data-file=\"" + name + "\">");
    }
    Result<> append(ByteView bytes) override {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        const auto whole = waiting_.size() / 3 * 3;
        TRY(file_.append(to_base64(ByteView(waiting_).first(whole), Padding::with)));
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(whole));
        return {};
    }
    Result<> end() override {
        TRY(file_.append(to_base64(waiting_, Padding::with)));
        waiting_.clear();
        return file_.append("</script>\n");
    }
    Result<> prepare() override {
        TRY(file_.append(rest_));
        return file_.sync();
    }
    Result<> publish() override { return file_.publish(); }
    std::string sha256() const override { return file_.sha256(); }

  private:
    HiddenFile file_;
    std::string rest_;  // of the page, behind the files
    std::uint64_t total_bytes_ = 0;
    Bytes waiting_;
};

class ZipDestination final : public Destination {
  public:
    explicit ZipDestination(HiddenFile file) : file_(std::move(file)) {}

    Result<> add(std::string_view name, ByteView content) {
        TRY(file_.append(zip_.begin(name, content)));
        return file_.append(content);
    }
    Result<> begin(const std::string& name, std::uint64_t /*size_bytes*/) override {
        name_ = name;
        pieces_ = 0;
        return {};
    }
    Result<> append(ByteView bytes) override {
        while (!bytes.empty()) {
            const auto count = std::min(bytes.size(), kPieceBytes - waiting_.size());
            const auto part = bytes.first(count);
            waiting_.insert(waiting_.end(), part.begin(), part.end());
            bytes = bytes.subspan(count);
            if (waiting_.size() == kPieceBytes) TRY(write_piece());
        }
        return {};
    }
    Result<> end() override {
        if (!waiting_.empty() || pieces_ == 0) TRY(write_piece());
        return {};
    }
    Result<> prepare() override {
        TRY(file_.append(zip_.finish()));
        return file_.sync();
    }
    Result<> publish() override { return file_.publish(); }
    std::string sha256() const override { return file_.sha256(); }

  private:
    Result<> write_piece() {
        const auto number = std::to_string(pieces_++);
        const auto script = "keepsakeFile(\"" + name_ + "\"," + number + ",\"" +
                            to_base64(waiting_, Padding::with) + "\");\n";
        waiting_.clear();
        return add("files/" + name_ + "." + number + ".js", as_bytes(script));
    }

    HiddenFile file_;
    ZipWriter zip_;
    std::string name_;
    std::uint64_t pieces_ = 0;
    Bytes waiting_;
};

}  // namespace

bool is_zip_name(std::string_view path) {
    constexpr std::string_view kEnding = ".zip";
    if (path.size() < kEnding.size()) return false;
    return std::ranges::equal(
        path.substr(path.size() - kEnding.size()), kEnding,
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

Result<std::unique_ptr<Destination>> to_one_file(os::FileSystem& files,
                                                 crypto::RandomSource& random,
                                                 const GuestPage& page, const std::string& path,
                                                 std::string_view key) {
    const bool zip = is_zip_name(path);
    TRY_LET(const auto text,
            with_metas(zip ? page.zip() : page.one_file(), zip ? "scripts" : "inline", key));
    TRY_LET(auto file, HiddenFile::create(files, random, path));
    if (zip) {
        auto made = std::make_unique<ZipDestination>(std::move(file));
        TRY(made->add("index.html", as_bytes(text)));
        return std::unique_ptr<Destination>(std::move(made));
    }
    const auto end = text.rfind(kBodyEnd);
    TRY(file.append(std::string_view(text).substr(0, end)));
    return std::unique_ptr<Destination>(
        std::make_unique<PageDestination>(std::move(file), text.substr(end)));
}

}  // namespace keepsake::share
