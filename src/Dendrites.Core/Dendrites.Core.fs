namespace Dendrites

module internal Map =
    let x = 1
