#include "decode/service.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/cage.h"
#include "decode/held_files.h"
#include "decode/input.h"
#include "decode/look.h"
#include "decode/picture.h"
#include "decode/playable.h"
#include "decode/playable_file.h"
#include "decode/warm_up.h"
#include "media/channel.h"
#include "media/facts.h"
#include "media/protocol.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace keepsake::decode {
namespace {

using media::MessageType;

/// The bytes of a sealed file in memory.
class MappedFile {
  public:
    MappedFile(const os::Descriptor& file, std::size_t size)
        : size_(size), address_(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0)) {}
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile() {
        if (is_mapped()) ::munmap(address_, size_);
    }
    bool is_mapped() const { return address_ != MAP_FAILED; }
    ByteView bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

  private:
    std::size_t size_;
    void* address_;
};

/// Tells the parent.
class SocketTeller final : public Teller {
  public:
    explicit SocketTeller(int control) : control_(control) {}
    Result<> tell_facts(const media::Facts& facts) override {
        return send(MessageType::facts, as_bytes(media::to_json(facts)));
    }
    Result<> tell_previews(const Previews& previews) override {
        TRY(send(MessageType::preview, previews.preview));
        return send(MessageType::thumbnail, previews.thumbnail);
    }
    Result<> send(MessageType type, ByteView body) const {
        return media::send_message(control_, type, body, {});
    }

  private:
    int control_;
};

/// Tells the parent of a playable copy.
class SocketPlayableTeller final : public PlayableTeller {
  public:
    explicit SocketPlayableTeller(int control) : control_(control) {}
    Result<> tell_facts(const media::Facts& facts) override {
        return media::send_message(control_, MessageType::facts, as_bytes(media::to_json(facts)),
                                   {});
    }
    Result<> tell_progress(std::uint32_t thousandths) override {
        return media::send_message(control_, MessageType::progress,
                                   media::progress_bytes(thousandths), {});
    }
    Result<> tell_body(ByteView bytes) override { return send(MessageType::body, bytes); }
    Result<> tell_head(ByteView bytes) override { return send(MessageType::head, bytes); }

  private:
    Result<> send(MessageType type, ByteView bytes) const {
        while (!bytes.empty()) {
            const auto piece = bytes.first(std::min(bytes.size(), media::kLargestPieceBytes));
            TRY(media::send_message(control_, type, piece, {}));
            bytes = bytes.subspan(piece.size());
        }
        return {};
    }

    int control_;
};

Result<Bytes> need_from_parent(int control, std::uint64_t offset_bytes, std::uint32_t size_bytes) {
    const auto body =
        to_bytes(media::NeedBody{.offset_bytes = offset_bytes, .size_bytes = size_bytes});
    TRY(media::send_message(control, MessageType::need, body, {}));
    TRY_LET(auto received, media::receive_with_descriptor(control));
    if (received.message.type != MessageType::bytes || received.message.body.size() != size_bytes)
        return Error(ErrorCode::io, "the parent did not send what was asked for");
    return std::move(received.message.body);
}

Result<media::DoneBody> look_at(const media::LookBody& question, const os::Descriptor& file,
                                SocketTeller& teller, int control) {
    if (question.in_memory) {
        const MappedFile mapped(file, static_cast<std::size_t>(question.size_bytes));
        if (!mapped.is_mapped())
            return media::DoneBody{.outcome = media::Outcome::not_opened,
                                   .why = "there is no room for it"};
        return look(Input(mapped.bytes()), question, teller);
    }
    const auto need = [control](std::uint64_t offset_bytes, std::uint32_t size_bytes) {
        return need_from_parent(control, offset_bytes, size_bytes);
    };
    return look(Input(question.head, question.size_bytes, need), question, teller);
}

Result<> answer_playable(const media::LookBody& question, int control) {
    const auto need = [control](std::uint64_t offset_bytes, std::uint32_t size_bytes) {
        return need_from_parent(control, offset_bytes, size_bytes);
    };
    SocketPlayableTeller teller(control);
    TRY_LET(const auto done,
            make_playable(Input(question.head, question.size_bytes, need), question, teller));
    return media::send_message(control, MessageType::done, to_bytes(done), {});
}

Result<> answer_one(int control) {
    TRY_LET(auto received, media::receive_with_descriptor(control));
    const auto question = media::look_from_bytes(received.message.body);
    if (received.message.type == MessageType::play && question && !question->in_memory &&
        !received.descriptor.is_open())
        return answer_playable(*question, control);
    if (received.message.type != MessageType::look || !question ||
        question->in_memory != received.descriptor.is_open())
        return Error(ErrorCode::corrupt, "the parent sent what does not belong there");
    SocketTeller teller(control);
    TRY_LET(const auto done, look_at(*question, received.descriptor, teller, control));
    return teller.send(MessageType::done, to_bytes(done));
}

/// Whether the descriptor is a socket: what nobody has who calls the program at a terminal.
bool is_socket(int descriptor) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

Result<> die_with_parent(const std::string& parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (std::to_string(::getppid()) != parent)
        return Error(ErrorCode::invalid, "whoever started this is gone");
    return {};
}

/// Films take longer, and go aside for everything else.
Result<CageLimits> limits_for(media::ReaderWork work) {
    if (work == media::ReaderWork::look) return CageLimits{};
    constexpr int kNice = 10;
    if (::setpriority(PRIO_PROCESS, 0, kNice) != 0)
        return Error(ErrorCode::unsupported, "its priority cannot be set");
    return CageLimits{.memory_bytes = 3ULL << 29U, .processor_seconds = 24 * 3600};
}

Result<> go_into_cage(const std::string& parent, int control, media::ReaderWork work) {
    TRY(die_with_parent(parent));
    TRY(fit_for_cage());
    TRY(warm_up());
    TRY_LET(const auto limits, limits_for(work));
    TRY(close_cage(limits, control));
    know_only_held_files();
    return rehearse();
}

}  // namespace

Result<> serve(const std::string& parent, int control, media::ReaderWork work) {
    if (!is_socket(control))
        return Error(ErrorCode::invalid,
                     "this program is started by keepsake, and reads nothing by itself");
    if (auto caged = go_into_cage(parent, control, work); !caged) {
        const auto why = caged.error().message();
        const SocketTeller teller(control);
        if (auto told = teller.send(MessageType::refused, as_bytes(why)); !told) return told;
        return caged;
    }
    TRY(SocketTeller(control).send(MessageType::ready, media::ready_bytes()));
    for (;;)
        if (auto answered = answer_one(control); !answered) break;
    return {};
}

}  // namespace keepsake::decode
