namespace Dendrites.Cli

module internal Arguments =
    let x = 1
