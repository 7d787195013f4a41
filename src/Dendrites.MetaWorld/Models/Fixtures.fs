namespace Dendrites.MetaWorld.Models

open Dendrites.MetaWorld

/// What stands on the table, scene by scene: the shapes that touch, in the frame of the body that a reset moves.
[<RequireQualifiedAccess>]
module Fixtures =

    let private at = Point.make
    let private metal = [ 0.45; 0.47; 0.5; 1.0 ]
    let private green = [ 0.4; 0.62; 0.4; 1.0 ]
    let private red = [ 0.75; 0.15; 0.15; 1.0 ]
    let private brown = [ 0.5; 0.32; 0.28; 1.0 ]
    let private white = [ 0.8; 0.8; 0.8; 1.0 ]

    let private fixed' colour (e: Element) =
        e |> Mjcf.ofClass "fixture" |> Mjcf.painted colour

    let private box colour half place = Mjcf.box half place |> fixed' colour

    /// The original turns shapes by 1.57, not by a right angle; so do these.
    let private alongY e = Mjcf.turned 1.57 0.0 0.0 e

    let private alongX e = Mjcf.turned 0.0 1.57 0.0 e

    let private weighing mass =
        Mjcf.having [ "mass", Mjcf.number mass ]

    let private free damping =
        Mjcf.element "joint" [ "type", "free"; "limited", "false"; "damping", damping; "armature", "0" ] []

    let private noTurn = [ 1.0; 0.0; 0.0; 0.0 ]

    /// A disc of 2 cm radius and 4 cm height.
    let puck: Element list =
        [ Mjcf.body
              "obj"
              (at 0.0 0.6 0.02)
              [ free "0"
                Mjcf.inertial 0.75 Point.zero noTurn (at 8.80012e-4 8.80012e-4 8.80012e-4)
                Mjcf.cylinder 0.02 0.02 Point.zero
                |> Mjcf.named "objGeom"
                |> Mjcf.painted red
                |> Mjcf.having
                    [ "condim", "4"
                      "friction", "1 0.1 0.002"
                      "solref", "0.01 1"
                      "solimp", "0.99 0.99 0.01" ] ] ]

    /// A safe with a door on a hinge.
    let door: Element list =
        [ Mjcf.body
              "door"
              (at 0.0 0.9 0.15)
              [ box metal (at 0.016 0.106 0.15) (at -0.204 0.0 0.0)
                box metal (at 0.016 0.106 0.15) (at 0.204 0.0 0.0)
                box metal (at 0.188 0.106 0.012) (at 0.0 0.0 0.138)
                box metal (at 0.189 0.106 0.012) (at 0.0 0.0 -0.138)
                box metal (at 0.188 0.012 0.126) (at 0.0 0.094 0.0)
                Mjcf.body
                    "door_link"
                    (at -0.185 -0.1 0.0)
                    [ Mjcf.joint "doorjoint" "hinge" (at 0.0 0.0 1.0) -2.0 0.0
                      |> Mjcf.ofClass "fixture"
                      // Where the original has the mesh of the handle: it marks the frame that the task observes.
                      Mjcf.sphere 0.005 (at 0.37572163 -0.1071399 0.00003595)
                      |> Mjcf.rotated [ 0.15117107; 0.6907585; -0.15062095; 0.69087866 ]
                      |> Mjcf.ofClass "seen"
                      |> Mjcf.named "handle"
                      Mjcf.cylinder 0.028 0.012 (at 0.325 -0.006 0.0) |> alongY |> fixed' white
                      Mjcf.cylinder 0.013 0.047 (at 0.325 -0.065 0.0) |> alongY |> fixed' white
                      Mjcf.cylinder 0.019 0.075 (at 0.381 -0.12 0.0) |> alongX |> fixed' white
                      Mjcf.cylinder 0.023 0.054 (at 0.395 -0.12 0.0) |> alongX |> fixed' white
                      box green (at 0.18 0.01 0.123) (at 0.185 0.0 0.0) ] ] ]

    /// A chest with one drawer.
    let drawer: Element list =
        let part half place = box white half place |> weighing 0.04

        let bar half place =
            Mjcf.capsule 0.009 half place |> fixed' red |> weighing 0.06

        [ Mjcf.body
              "drawer"
              (at 0.0 0.9 0.0)
              [ Mjcf.body
                    "drawercase"
                    (at 0.0 0.0 0.084)
                    [ box green (at 0.008 0.1 0.084) (at -0.11 0.0 0.0)
                      box green (at 0.008 0.1 0.084) (at 0.11 0.0 0.0)
                      box green (at 0.102 0.008 0.076) (at 0.0 0.092 -0.008)
                      box green (at 0.102 0.092 0.014) (at 0.0 -0.008 -0.07)
                      box green (at 0.102 0.1 0.008) (at 0.0 0.0 0.076)
                      Mjcf.body
                          "drawer_link"
                          (at 0.0 -0.01 0.006)
                          [ Mjcf.joint "goal_slidey" "slide" (at 0.0 1.0 0.0) -0.16 0.0
                            |> Mjcf.ofClass "fixture"
                            part (at 0.1 0.008 0.052) (at 0.0 -0.082 0.008)
                            part (at 0.1 0.008 0.052) (at 0.0 0.082 0.008)
                            part (at 0.008 0.074 0.052) (at -0.092 0.0 0.008)
                            part (at 0.008 0.074 0.052) (at 0.092 0.0 0.008)
                            part (at 0.1 0.09 0.008) (at 0.0 0.0 -0.052)
                            bar 0.03 (at -0.05 -0.12 0.0) |> Mjcf.turned 1.571 0.0 0.0
                            bar 0.05 (at 0.0 -0.15 0.0) |> alongX
                            bar 0.03 (at 0.05 -0.12 0.0) |> alongY ] ] ] ]

    /// A box that lies on its back with a button, on a spring, in what is now its top. `travel` is how deep it goes before its joint
    /// resists.
    let button (travel: float) : Element list =
        [ Mjcf.body
              "box"
              (at 0.0 0.85 0.12)
              [ box metal (at 0.12 0.102 0.048) (at 0.0 0.012 0.072)
                box metal (at 0.12 0.102 0.048) (at 0.0 0.012 -0.072)
                box metal (at 0.047 0.102 0.024) (at -0.073 0.012 0.0)
                box metal (at 0.047 0.102 0.024) (at 0.073 0.012 0.0)
                Mjcf.body
                    "button"
                    Point.zero
                    [ Mjcf.inertial 0.01 (at 0.0 -0.1935 0.0) noTurn (at 0.001 0.001 0.001)
                      Mjcf.joint "btnbox_joint" "slide" (at 0.0 -1.0 0.0) -travel 0.0
                      |> Mjcf.ofClass "fixture"
                      |> Mjcf.having [ "springref", "0.5"; "stiffness", "0.5"; "damping", "1" ]
                      Mjcf.cylinder 0.021 0.039 (at 0.0 -0.128 0.0) |> alongY |> fixed' red
                      Mjcf.cylinder 0.026 0.008 (at 0.0 -0.166 0.0) |> alongY |> fixed' red
                      Mjcf.cylinder 0.043 0.011 (at 0.0 -0.183 0.0) |> alongY |> fixed' red ]
                Mjcf.site "buttonStart" (at 0.0 -0.1935 0.0)
                Mjcf.site "hole" (at 0.0 -0.1 0.0) ]
          |> Mjcf.turned -1.57 0.0 0.0 ]

    /// A peg, whose inertia is so large that it never turns, and a block with a square hole.
    let peg: Element list =
        let block half place = box brown half place

        [ Mjcf.body
              "peg"
              (at 0.0 0.6 0.03)
              [ Mjcf.inertial 0.1 Point.zero noTurn (at 1e5 1e5 1e5)
                Mjcf.box (at 0.015 0.015 0.12) Point.zero
                |> alongX
                |> Mjcf.having [ "group", "1" ]
                |> Mjcf.painted green
                free "0.005"
                Mjcf.site "pegHead" (at -0.1 0.0 0.0)
                Mjcf.site "pegEnd" (at 0.1 0.0 0.0)
                Mjcf.site "pegGrasp" (at 0.03 0.0 0.01) ]
          Mjcf.body
              "box"
              (at -0.3 0.6 0.0)
              [ block (at 0.09 0.1 0.005) (at 0.0 0.0 0.195)
                block (at 0.09 0.096 0.05) (at 0.0 0.0 0.05)
                block (at 0.03 0.096 0.03) (at -0.06 0.0 0.13)
                block (at 0.03 0.096 0.03) (at 0.06 0.0 0.13)
                block (at 0.09 0.096 0.015) (at 0.0 0.0 0.175)
                block (at 0.005 0.1 0.1) (at 0.095 0.0 0.1)
                block (at 0.005 0.1 0.1) (at -0.095 0.0 0.1) ]
          |> Mjcf.turned 0.0 0.0 1.57 ]

    /// A window of two panes, of which one slides.
    let window: Element list =
        let knob height =
            Mjcf.cylinder 0.012 0.003 (at -0.014 -0.028 height) |> alongY |> fixed' white

        let stem height =
            Mjcf.capsule 0.008 0.035 (at -0.014 -0.06 height) |> alongY |> fixed' white

        let glass = [ 0.6; 0.75; 0.85; 0.4 ]

        [ Mjcf.body
              "window"
              (at -0.1 0.785 0.202)
              [ box brown (at 0.015 0.03 0.181) (at -0.216 0.0 0.0)
                box brown (at 0.25 0.06 0.01) (at 0.0 0.0 -0.192)
                box brown (at 0.015 0.03 0.181) (at 0.216 0.0 0.0)
                box brown (at 0.201 0.03 0.015) (at 0.0 0.0 -0.166)
                box brown (at 0.201 0.03 0.015) (at 0.0 0.0 0.166)
                Mjcf.body
                    "pane"
                    Point.zero
                    [ Mjcf.joint "window_slide" "slide" (at 1.0 0.0 0.0) 0.0 0.2
                      |> Mjcf.ofClass "fixture"
                      knob 0.045
                      knob -0.045
                      stem 0.045
                      stem -0.045
                      Mjcf.capsule 0.008 0.045 (at -0.014 -0.095 0.0) |> fixed' white
                      box brown (at 0.014 0.012 0.15) (at -0.014 -0.013 0.0)
                      box brown (at 0.01 0.012 0.15) (at -0.19 -0.013 0.0)
                      box brown (at 0.076 0.012 0.01) (at -0.104 -0.013 0.14)
                      box brown (at 0.076 0.012 0.01) (at -0.104 -0.013 -0.14)
                      box glass (at 0.076 0.001 0.13) (at -0.104 -0.018 0.0)
                      box brown (at 0.076 0.003 0.005) (at -0.104 -0.022 0.0)
                      Mjcf.site "handleOpenStart" (at -0.04 -0.095 0.0)
                      Mjcf.site "handleCloseStart" (at 0.01 -0.095 0.0) ]
                Mjcf.body
                    "pane_behind"
                    (at 0.1 0.013 0.0)
                    [ box brown (at 0.08 0.012 0.01) (at 0.0 0.0 -0.14)
                      box brown (at 0.08 0.012 0.01) (at 0.0 0.0 0.14)
                      box glass (at 0.08 0.001 0.13) (at 0.0 -0.005 0.0)
                      box brown (at 0.08 0.003 0.005) (at 0.0 -0.009 0.0)
                      box brown (at 0.01 0.012 0.15) (at -0.09 0.0 0.0)
                      box brown (at 0.01 0.012 0.15) (at 0.09 0.0 0.0) ] ] ]
