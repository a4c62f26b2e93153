#pragma once

#include "base/result.h"
#include "decode/input.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::decode {

/// Who is told what was found, as soon as it is.
class Teller {
  public:
    virtual ~Teller() = default;
    virtual Result<> tell_facts(const media::Facts& facts) = 0;
    virtual Result<> tell_previews(const Previews& previews) = 0;
};

/// Looks at one file: what it is, what is written in it, how it looks. Facts are told before the
/// pixels are decoded, and again afterwards, so that a file that ends this process costs only its
/// picture. Errors: of `teller` alone; whatever the file does is in what is given back.
Result<media::DoneBody> look(const Input& input, const media::LookBody& question, Teller& teller);

}  // namespace keepsake::decode
