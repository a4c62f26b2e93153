#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace keepsake::server {

/// The pages, as they were built into the program. Thread safety: immutable.
class StaticPages {
  public:
    StaticPages();
    /// `path`: below the prefix. None where there is no such file.
    std::optional<http::Response> answer(const http::RequestHead& head,
                                         std::string_view path) const;

  private:
    struct Page {
        std::shared_ptr<const std::string> plain;
        std::shared_ptr<const std::string> gzip;
        std::shared_ptr<const std::string> brotli;
        std::string type;
        std::string mark;
        bool immutable = false;
    };
    std::map<std::string, Page, std::less<>> pages_;
};

}  // namespace keepsake::server
