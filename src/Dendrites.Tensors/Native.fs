namespace Dendrites

module internal Native =
    let x = 1
