#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"

/// The parts of read_written(), a family of kinds each, and what they share. Each looks whether the
/// file is of its kind, and says so.
namespace keepsake::media {

bool read_written_picture(ByteView file, Written& written);
bool read_written_film(ByteView file, Written& written);
bool read_written_document(ByteView file, Written& written);
void read_written_jpeg(ByteView file, Written& written);
/// MP4, QuickTime and HEIF: when, and what makers put beside it.
void read_written_boxes(ByteView file, Written& written);
/// The size of the primary picture of a HEIF file, turned as its own box says, and how many frames
/// a sequence has.
void read_written_heif(ByteView file, Written& written);
/// AVCHD's notes between pictures.
void read_written_transport(ByteView file, Written& written);
/// OLE2's own summary: old Office files, FlashPix.
void read_written_compound(ByteView file, Written& written);
/// What stands in parts of a ZIP: Office, OpenDocument, Capture One's packed RAW.
void read_written_zip(ByteView file, Written& written);
/// Photoshop's resources, one behind the other ("8BIM").
void read_written_resources(ByteView resources, Written& written);

/// A kind of file by the bytes that stand at a place in it, and who reads it.
struct WrittenKind {
    std::uint32_t at;
    std::string_view mark;
    void (*read)(ByteView file, Written& written);
};
/// By the first of these that the file is of; false if it is of none.
bool read_as_one_of(std::span<const WrittenKind> kinds, ByteView file, Written& written);

void add_date(Written& written, std::optional<Moment> moment, TakenSource source);
void add_block(Written& written, WrittenBlock::Kind kind, ByteView bytes);
/// A field of fixed length: up to its first zero, without spaces around it.
std::string text_in(ByteView file, std::uint64_t at, std::uint64_t size);
/// At most a mebibyte of it.
std::string_view head_of(ByteView file);
/// The whole number at its beginning; 0 if there is none.
std::int64_t number_from(std::string_view text);
/// Between the first `before` and the next `after`; empty if there is no such place, or if it is
/// longer than `most`.
std::string_view between(std::string_view text, std::string_view before, std::string_view after,
                         std::size_t most = 256);
/// Only if all of these are numbers that a date has.
std::optional<Moment> moment_of_numbers(int year, int month, int day, int hour, int minute,
                                        int second);
/// Seconds since 1970, of a clock in UTC or of one on some wall.
enum class Clock : std::uint8_t { utc, wall };
std::optional<Moment> moment_of_seconds(std::int64_t since_1970, Clock clock);
/// Microsoft's FILETIME, 100 ns since 1601, low half first.
std::optional<Moment> moment_of_filetime(ByteView file, std::uint64_t at);
/// "31" of 0x31; nothing if it is none.
std::optional<int> decimal_of(std::uint8_t packed);

}  // namespace keepsake::media
