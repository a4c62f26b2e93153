#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/server.h"
#include "library/environment.h"

namespace keepsake::server {

struct ServeOptions {
    std::string archive_path;  ///< need not be there yet: the first who opens the page makes it
    std::optional<std::string> chosen;  ///< in place of it, as it was chosen once (nearby.h)
    /// Where archives of others may stand, for whoever was given a kit: offered while there is
    /// none.
    std::vector<std::string> nearby;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8420;
    std::optional<http::Certificate> certificate;
    bool behind_proxy = false;  ///< somebody else does TLS
    std::string prefix;         ///< "/photos"; "" for none
    /// Names by which it is reached off this computer, with any port where none is given; none:
    /// any.
    std::vector<std::string> hosts;
    std::optional<std::string> guests;  ///< HOST:PORT of the guests' listener; none: there is none
    std::string guests_url;             ///< by which address guests reach it; "": its own
    /// Below it the pages may put what is shown; none: nowhere.
    std::optional<std::string> shares_folder;
    std::string shares_url;               ///< at which a web server serves that; "": nobody said
    std::optional<std::string> log_file;  ///< what is answered is noted there (request_log.h)
};

/// Serves the pages until `stop`, and what is shown to guests on a listener of its own. `ready` is
/// given the address that a browser opens, and that of the guests ("" if there is none). Errors:
/// invalid: off loopback without TLS; those of http::Server::listen.
Result<> serve(const library::Environment& environment, const ServeOptions& options,
               const std::function<void(const std::string& url, const std::string& guests)>& ready,
               const std::stop_token& stop);

}  // namespace keepsake::server
