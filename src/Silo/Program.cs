return await Switchboard.Silo.Hosting.SiloProcess.RunAsync(args);
