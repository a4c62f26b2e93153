#include "decode/dicom.h"

// clang-format off
#include "dcmtk/config/osconfig.h"
// DCMTK wants its configuration first.
#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmimage/diregist.h"
#include "dcmtk/dcmimgle/dcmimage.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"
// clang-format on

#include <iconv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "decode/dicom_jpeg_2000.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

/// As it stands there, also where the writer did not know what it is.
std::string raw_text_of(DcmItem& item, const DcmTagKey& key) {
    DcmElement* element = nullptr;
    if (item.findAndGetElement(key, element).bad() || element == nullptr) return {};
    Uint8* bytes = nullptr;
    if (element->getVR() == EVR_UN && element->getUint8Array(bytes).good() && bytes != nullptr)
        return std::string(as_text(ByteView(bytes, element->getLength())));
    OFString value;
    if (element->getOFStringArray(value).bad()) return {};
    return {value.c_str(), value.length()};
}

std::string text_of(DcmItem& item, const DcmTagKey& key) {
    auto text = raw_text_of(item, key);
    const auto end = text.find_last_not_of(std::string(" \0", 2));
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

/// What a file calls its alphabet, and what iconv does. Source: DICOM PS3.3, C.12.1.1.2.
struct Alphabet {
    std::string_view name;
    const char* charset;
};
constexpr Alphabet kAlphabets[] = {{"ISO_IR 100", "ISO-8859-1"}, {"ISO_IR 101", "ISO-8859-2"},
                                   {"ISO_IR 109", "ISO-8859-3"}, {"ISO_IR 110", "ISO-8859-4"},
                                   {"ISO_IR 144", "ISO-8859-5"}, {"ISO_IR 127", "ISO-8859-6"},
                                   {"ISO_IR 126", "ISO-8859-7"}, {"ISO_IR 138", "ISO-8859-8"},
                                   {"ISO_IR 148", "ISO-8859-9"}, {"ISO_IR 203", "ISO-8859-15"},
                                   {"ISO_IR 166", "TIS-620"},    {"ISO_IR 13", "SHIFT_JIS"},
                                   {"GB18030", "GB18030"},       {"GBK", "GB18030"}};

struct CloseConversion {
    void operator()(void* conversion) const { ::iconv_close(conversion); }
};

std::string converted(std::string text, const char* charset) {
    iconv_t opened = ::iconv_open("UTF-8", charset);
    if (opened == reinterpret_cast<iconv_t>(-1))  // NOLINT(performance-no-int-to-ptr)
        return to_utf8_lossy(text);
    const std::unique_ptr<void, CloseConversion> conversion(opened);
    std::string out(4 * text.size() + 4, '\0');
    char* from = text.data();
    char* to = out.data();
    std::size_t from_bytes = text.size();
    std::size_t to_bytes = out.size();
    if (::iconv(opened, &from, &from_bytes, &to, &to_bytes) == static_cast<std::size_t>(-1))
        return to_utf8_lossy(text);
    out.resize(out.size() - to_bytes);
    return out;
}

/// In the alphabet that the file says, where it is one of the plain ones; of those that change on
/// the way (ISO 2022) what is ASCII.
std::string words_of(DcmItem& item, const DcmTagKey& key) {
    auto text = text_of(item, key);
    if (is_utf8(text)) return text;
    const auto name = text_of(item, DCM_SpecificCharacterSet);
    const auto* const alphabet = std::ranges::find(
        kAlphabets, std::string_view(name).substr(0, name.find('\\')), &Alphabet::name);
    if (alphabet == std::end(kAlphabets)) return to_utf8_lossy(text);
    return converted(std::move(text), alphabet->charset);
}

/// "Family^Given^Middle" as one would say it.
std::string name_of_person(std::string name) {
    name.resize(std::min(name.find('='), name.size()));
    std::ranges::replace(name, '^', ' ');
    const auto end = name.find_last_not_of(' ');
    name.resize(end == std::string::npos ? 0 : end + 1);
    return name;
}

void take_date(DcmItem& item, const DcmTagKey& date_key, const DcmTagKey& time_key,
               Findings& findings) {
    const auto date = text_of(item, date_key);
    auto time = text_of(item, time_key);
    if (const auto moment = media::moment_from_file(date + (time.empty() ? "" : "T" + time)))
        findings.dates.push_back({.at = *moment, .source = media::TakenSource::container});
}

void take_facts(DcmItem& data, Findings& findings) {
    auto& facts = findings.facts;
    media::Examination examination{.study = text_of(data, DCM_StudyInstanceUID),
                                   .series = text_of(data, DCM_SeriesInstanceUID),
                                   .instance = text_of(data, DCM_SOPInstanceUID),
                                   .study_description = words_of(data, DCM_StudyDescription),
                                   .series_description = words_of(data, DCM_SeriesDescription),
                                   .modality = text_of(data, DCM_Modality),
                                   .institution = words_of(data, DCM_InstitutionName),
                                   .number = {},
                                   .patient = name_of_person(words_of(data, DCM_PatientName)),
                                   .patient_id = words_of(data, DCM_PatientID),
                                   .patient_born = text_of(data, DCM_PatientBirthDate)};
    if (Sint32 number = 0; data.findAndGetSint32(DCM_InstanceNumber, number).good())
        examination.number = number;
    facts.examination = std::move(examination);
    facts.camera.make = words_of(data, DCM_Manufacturer);
    facts.camera.model = words_of(data, DCM_ManufacturerModelName);
    take_date(data, DCM_AcquisitionDate, DCM_AcquisitionTime, findings);
    take_date(data, DCM_ContentDate, DCM_ContentTime, findings);
    take_date(data, DCM_SeriesDate, DCM_SeriesTime, findings);
    take_date(data, DCM_StudyDate, DCM_StudyTime, findings);
    Uint16 rows = 0;
    Uint16 columns = 0;
    data.findAndGetUint16(DCM_Rows, rows);
    data.findAndGetUint16(DCM_Columns, columns);
    facts.width = columns;
    facts.height = rows;
    if (Sint32 frames = 0; data.findAndGetSint32(DCM_NumberOfFrames, frames).good() && frames > 1)
        facts.frames = static_cast<std::uint32_t>(frames);
}

Result<Picture> draw(DcmFileFormat& file, unsigned frame, const media::Facts& facts) {
    const auto frames = std::max(1U, facts.frames);
    const auto wanted = std::min(frame, frames - 1);
    DicomImage image(&file, file.getDataset()->getOriginalXfer(), CIF_UsePartialAccessToPixelData,
                     wanted, 1);
    if (image.getStatus() != EIS_Normal)
        return Error(ErrorCode::corrupt,
                     std::string("draw: ") + DicomImage::getString(image.getStatus()));
    if (image.isMonochrome() && image.setWindow(0) == 0) image.setMinMaxWindow();
    const auto width = static_cast<std::uint32_t>(image.getWidth());
    const auto height = static_cast<std::uint32_t>(image.getHeight());
    const int channels = image.isMonochrome() ? 1 : 3;
    const auto size = image.getOutputDataSize(8);
    const auto* const pixels = static_cast<const std::uint8_t*>(image.getOutputData(8));
    const auto stride = std::size_t{width} * static_cast<std::size_t>(channels);
    if (pixels == nullptr || size < stride * height)
        return Error(ErrorCode::corrupt, "a frame without pixels");
    Picture picture;
    TRY_LET(picture.pixels, image_of_rows({.first = pixels,
                                           .stride_bytes = stride,
                                           .width = width,
                                           .height = height,
                                           .channels = channels},
                                          {}));
    return picture;
}

}  // namespace

void prepare_dicom() {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    static_cast<void>(dcmDataDict.isDictionaryLoaded());
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
}

Result<Picture> open_dicom(ByteView bytes, unsigned frame, bool decode, Findings& findings) {
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    DcmFileFormat file;
    file.transferInit();
    const auto read = file.read(stream, EXS_Unknown, EGL_noChange);
    file.transferEnd();
    auto* const data = file.getDataset();
    if (data == nullptr || (read.bad() && data->card() == 0))
        return Error(ErrorCode::corrupt, std::string("read: ") + read.text());
    take_facts(*data, findings);
    if (!data->tagExistsWithValue(DCM_PixelData))
        return Error(ErrorCode::unsupported, "there is nothing to see in it");
    if (!decode) return Picture{};
    if (is_jpeg_2000(*data)) {
        const auto frames = std::max(1U, findings.facts.frames);
        return draw_jpeg_2000(*data, std::min(frame, frames - 1), frames);
    }
    return draw(file, frame, findings.facts);
}

}  // namespace keepsake::decode
