// A reader that does in its cage what the file tells it to: as one would that a file has taken
// over. The file's text is a word, perhaps with something behind it.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "decode/cage.h"
#include "media/channel.h"
#include "media/protocol.h"

namespace {

using namespace keepsake;
using media::MessageType;

void send(MessageType type, ByteView body) {
    static_cast<void>(media::send_message(media::kReaderControl, type, body, {}));
}
void send(MessageType type, std::string_view body) { send(type, as_bytes(body)); }

void write_raw(int descriptor, std::string_view text) {
    if (::write(descriptor, text.data(), text.size()) < 0) ::_exit(3);
}

void take_and_give_back(std::size_t pieces) {
    std::vector<std::vector<std::uint8_t>> taken;
    taken.reserve(pieces);
    for (std::size_t i = 0; i < pieces; ++i) taken.emplace_back(32UL << 10U);
}

void try_the_system(std::string_view word) {
    if (word == "open") ::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
    if (word == "create") ::syscall(SYS_openat, AT_FDCWD, "/tmp/made", O_CREAT | O_WRONLY, 0600);
    if (word == "socket") ::socket(AF_INET, SOCK_STREAM, 0);
    if (word == "unix-socket") ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (word == "connect") {
        [[maybe_unused]] const int refused = ::connect(media::kReaderControl, nullptr, 0);
    }
    if (word == "exec") ::execl("/bin/true", "true", nullptr);
    if (word == "fork") static_cast<void>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (word == "vfork") static_cast<void>(::syscall(SYS_vfork));
    if (word == "kill-parent") ::kill(::getppid(), SIGTERM);
    if (word == "unlink") ::unlink("/tmp/nothing");
    if (word == "chmod") ::chmod("/tmp/nothing", 0600);
    if (word == "ptrace") ::syscall(SYS_ptrace, 0, 0, 0, 0);
    if (word == "io-uring") ::syscall(425, 1, nullptr);
    if (word == "bpf") ::syscall(SYS_bpf, 0, nullptr, 0);
    if (word == "write-elsewhere") write_raw(1, "x");
}

void go_wrong(std::string_view word) {
    try_the_system(word);
    if (word == "crash") std::abort();
    if (word == "null") *static_cast<volatile int*>(nullptr) = 1;
    if (word == "leave") ::_exit(0);
    if (word == "hang")
        for (;;) ::pause();
    if (word == "spin")
        for (;;) static_cast<void>(::getpid());
    if (word == "code") {  // memory that can be run
        void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page != MAP_FAILED) send(MessageType::done, std::string_view("\0", 1));
    }
    if (word == "eat") {
        std::vector<std::vector<std::uint8_t>> eaten;
        for (;;) eaten.emplace_back(64UL << 20U, std::uint8_t{1});
    }
}

void lie(std::string_view word) {
    const std::string_view done("\0", 1);
    if (word == "no-json") send(MessageType::facts, "[1, 2");
    if (word == "strange-facts")
        send(MessageType::facts,
             R"({"kind":"holiday","width":-5,"height":1e300,"taken":{"at":"yesterday"},)"
             R"("place":{"latitude":900,"longitude":0},"people":[1,{"name":2}],"rating":99})");
    if (word == "no-picture") send(MessageType::preview, "not a JPEG");
    if (word == "many-facts")
        for (int i = 0; i < 1000; ++i) send(MessageType::facts, R"({"title":"before"})");
    if (word == "need-beyond")
        send(MessageType::need, std::string_view("\xff\0\0\0\0\0\0\0\1\0\0\0", 12));
    if (word == "ready-again") send(MessageType::ready, media::ready_bytes());
    if (word == "long")  // a header that claims more than its type may be
        write_raw(media::kReaderControl, {"KR\x12\0\xff\xff\xff\xff", 8});
    if (word == "half") {
        write_raw(media::kReaderControl, {"KR\x12\0\x08\0\0\0{", 9});
        ::_exit(0);
    }
    send(MessageType::done, done);
}

/// The same of playable copies.
void lie_about_copy(std::string_view word) {
    const std::string_view done("\0", 1);
    constexpr std::string_view kFacts = R"({"kind":"film","format":"mp4"})";
    constexpr std::string_view kBoxes(
        "\0\0\0\x08"
        "ftyp"
        "\0\0\0\x08"
        "moov"
        "\0\0\0\x0c"
        "mdat",
        24);
    if (word == "body-first") send(MessageType::body, "body");
    if (word == "photograph")
        send(MessageType::facts, R"({"kind":"photograph","format":"jpeg"})");
    else
        send(MessageType::facts, kFacts);
    if (word == "facts-again") send(MessageType::facts, kFacts);
    if (word == "progress") send(MessageType::progress, std::string_view("\xff\xff\0\0", 4));
    if (word == "endless")
        for (;;) send(MessageType::body, std::string(1UL << 20U, 'x'));
    if (word == "hang")
        for (;;) ::pause();
    if (word == "need-beyond")
        send(MessageType::need, std::string_view("\xff\0\0\0\0\0\0\0\1\0\0\0", 12));
    if (word == "preview") send(MessageType::preview, "not a JPEG");
    if (word != "too-short") send(MessageType::body, "film");
    if (word == "page")
        send(MessageType::head, "<!DOCTYPE html><script>");
    else if (word == "more-boxes")
        send(MessageType::head, std::string("\0\0\0\x0c"
                                            "uuid"
                                            "1234",
                                            12) +
                                    std::string(kBoxes));
    else if (word != "headless")
        send(MessageType::head, kBoxes);
    if (word == "body-last") send(MessageType::body, "more");
    send(MessageType::done, done);
}

}  // namespace

int main() {
    if (!decode::close_cage({.memory_bytes = 256UL << 20U, .processor_seconds = 60},
                            media::kReaderControl))
        return 1;
    send(MessageType::ready, media::ready_bytes());
    for (;;) {
        auto received = media::receive_with_descriptor(media::kReaderControl);
        if (!received) return 0;
        if (received->message.type == MessageType::play) {
            const auto question = media::look_from_bytes(received->message.body);
            lie_about_copy(question ? as_text(question->head) : std::string_view("page"));
            continue;
        }
        std::string text(256, '\0');
        const auto size = ::pread(received->descriptor.get(), text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        if (text == "hang-before")
            for (;;) ::pause();
        send(MessageType::facts, R"({"kind":"photograph","title":"before"})");
        if (text == "thread" || text == "heap") {
            // What several threads of a decoder do at once: they take much, and give it back.
            const std::size_t pieces = text == "heap" ? 4'000 : 0;
            for (int i = 0; i < 4; ++i) std::thread(take_and_give_back, pieces).join();
            send(MessageType::done, std::string_view("\0", 1));
            continue;
        }
        go_wrong(text);
        lie(text);
    }
}
