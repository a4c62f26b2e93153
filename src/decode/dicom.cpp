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

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/dicom_jpeg_2000.h"
#include "decode/dicom_packed.h"
#include "decode/dicom_words.h"
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

/// In the alphabet that the file says.
std::string words_of(DcmItem& item, const DcmTagKey& key) {
    return dicom_words(text_of(item, key), text_of(item, DCM_SpecificCharacterSet));
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

Result<Picture> draw(DcmFileFormat& file, E_TransferSyntax packed, unsigned frame,
                     unsigned frames) {
    const auto wanted = std::min(frame, std::max(1U, frames) - 1);
    DicomImage image(&file, packed, CIF_UsePartialAccessToPixelData, wanted, 1);
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
    prepare_dicom_words();
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
    TRY_LET(const auto is_unpacked, unpack_frame(bytes, file, frame));
    if (is_unpacked) return draw(file, EXS_LittleEndianExplicit, 0, 1);
    return draw(file, data->getOriginalXfer(), frame, findings.facts.frames);
}

}  // namespace keepsake::decode
