return await Switchboard.SpeechEngine.Hosting.SpeechEngineProcess.RunAsync(args);
