using Switchboard.Cli;

return await CommandTree.RunAsync(args, Console.Out, Console.Error);
