return Dendrites.Cli.Shell.Run(args);
