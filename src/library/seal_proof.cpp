#include "library/seal_proof.h"

#include <stop_token>

#include "archive/object_file.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "model/entry.h"
#include "os/file_system.h"

namespace keepsake::library {

Result<> prove_sealed(os::FileSystem& files, const archive::SealedObject& sealed,
                      archive::ObjectBuffers& buffers) {
    TRY_LET(const auto file, files.open(sealed.temporary_path));
    file->drop_cache();
    const auto unwrap = [&](const crypto::AgeHeader& header) -> Result<crypto::Secret> {
        if (header.bytes != sealed.header)
            return Error(ErrorCode::corrupt, "another header came back");
        return sealed.file_key.clone();
    };
    // What is being proved is all but kept: it is finished even when asked to stop.
    TRY_LET(const auto proof, archive::read_object(*file, unwrap, archive::ProofOf::content,
                                                   buffers, {}, std::stop_token()));
    if (proof.content != sealed.content || proof.content_bytes != sealed.content_bytes)
        return Error(ErrorCode::corrupt, "other bytes came back than were written");
    return {};
}

model::Object entry_of(const archive::SealedObject& sealed) {
    return {sealed.object, sealed.content, sealed.content_bytes, sealed.object_bytes,
            sealed.header};
}

}  // namespace keepsake::library
