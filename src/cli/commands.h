#pragma once

#include "base/result.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/invocation.h"

/// The commands, one a file. Each gives how the program ends; an error is said by the caller.
namespace keepsake::cli {

Result<ExitCode> run(Context& context, const NewCommand& command);
Result<ExitCode> run(Context& context, const KeepCommand& command);
Result<ExitCode> run(Context& context, const ServeCommand& command);
Result<ExitCode> run(Context& context, const ListCommand& command);
Result<ExitCode> run(Context& context, const FindCommand& command);
Result<ExitCode> run(Context& context, const PreviewCommand& command);
Result<ExitCode> run(Context& context, const TogetherCommand& command);
Result<ExitCode> run(Context& context, const ApartCommand& command);
Result<ExitCode> run(Context& context, const GetCommand& command);
Result<ExitCode> run(Context& context, const WordsCommand& command);
Result<ExitCode> run(Context& context, const MomentNewCommand& command);
Result<ExitCode> run(Context& context, const MomentAddCommand& command);
Result<ExitCode> run(Context& context, const MomentListCommand& command);
Result<ExitCode> run(Context& context, const MomentShowCommand& command);
Result<ExitCode> run(Context& context, const StoryWriteCommand& command);
Result<ExitCode> run(Context& context, const StoryShowCommand& command);
Result<ExitCode> run(Context& context, const StoryVersionsCommand& command);
Result<ExitCode> run(Context& context, const StoryExportCommand& command);
Result<ExitCode> run(Context& context, const ShowCommand& command);
Result<ExitCode> run(Context& context, const ShownCommand& command);
Result<ExitCode> run(Context& context, const EndCommand& command);
Result<ExitCode> run(Context& context, const CoverCommand& command);
Result<ExitCode> run(Context& context, const UncoverCommand& command);
Result<ExitCode> run(Context& context, const LetGoCommand& command);
Result<ExitCode> run(Context& context, const BringBackCommand& command);
Result<ExitCode> run(Context& context, const CheckCommand& command);
Result<ExitCode> run(Context& context, const TendCommand& command);
Result<ExitCode> run(Context& context, const CareCommand& command);
Result<ExitCode> run(Context& context, const KeyListCommand& command);
Result<ExitCode> run(Context& context, const KeyAddCommand& command);
Result<ExitCode> run(Context& context, const KeyRemoveCommand& command);
Result<ExitCode> run(Context& context, const KeyChangeCommand& command);
Result<ExitCode> run(Context& context, const KeyRotateCommand& command);
Result<ExitCode> run(Context& context, const DeviceListCommand& command);
Result<ExitCode> run(Context& context, const DeviceNameCommand& command);
Result<ExitCode> run(Context& context, const DeviceRetireCommand& command);
Result<ExitCode> run(Context& context, const DeviceAcceptCommand& command);
Result<ExitCode> run(Context& context, const DeviceKeepLockedCommand& command);

}  // namespace keepsake::cli
