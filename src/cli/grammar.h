#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/invocation.h"
#include "cli/parse.h"

/// The command line's grammar: this, and the sources that say its commands (parse.cpp,
/// grammar_*.cpp), are all that knows CLI11.
namespace keepsake::cli {

/// A command that the line may name: its parser, and what to make of it once it was named.
struct Choice {
    CLI::App* app;
    std::function<Command()> take;
};

/// CLI11's parser and the values that it writes into.
class Grammar {
  public:
    Grammar();
    std::variant<Invocation, Told> parse(std::vector<std::string> arguments);

  private:
    void add_archive_commands();
    void add_serve();
    void add_list();
    void add_find();
    void add_preview();
    void add_get();
    void add_words();
    void add_moment();
    void add_story();
    void add_show();
    void add_show_options(CLI::App& show, ShowCommand& wish);
    void add_telling_commands();
    void add_care_commands();
    void add_key();
    void add_key_add();
    void add_device();

    CLI::App* add_app(CLI::App& parent, const std::string& name, const std::string& description);
    /// A command whose values stand in a T; `check` may refuse or complete them.
    template <class T>
    std::pair<CLI::App*, T*> add(CLI::App& parent, const std::string& name,
                                 const std::string& description,
                                 std::function<void(T&)> check = {});
    static CLI::Option* text(CLI::App& app, const std::string& names, std::string& into,
                             const std::string& description);
    static CLI::Option* text(CLI::App& app, const std::string& names,
                             std::optional<std::string>& into, const std::string& description);
    static CLI::Option* texts(CLI::App& app, const std::string& names,
                              std::vector<std::string>& into, const std::string& description);
    Told usage(const std::string& message) const;
    /// "keepsake moment add"
    std::string named_command() const;

    CLI::App app_;
    GlobalOptions global_;
    std::vector<Choice> choices_;
};

template <class T>
std::pair<CLI::App*, T*> Grammar::add(CLI::App& parent, const std::string& name,
                                      const std::string& description,
                                      std::function<void(T&)> check) {
    auto* app = add_app(parent, name, description);
    auto values = std::make_shared<T>();
    choices_.push_back({app, [values, check = std::move(check)]() -> Command {
                            if (check) check(*values);
                            return *values;
                        }});
    return {app, values.get()};
}

}  // namespace keepsake::cli
