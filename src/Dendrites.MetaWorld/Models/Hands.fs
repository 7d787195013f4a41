namespace Dendrites.MetaWorld.Models

open Dendrites.MetaWorld

/// The two ways that models hold the gripper: a Sawyer arm of seven joints, and three slides.
[<RequireQualifiedAccess>]
module Hands =

    let private at = Point.make

    /// A link of the arm, in its parent's frame.
    type private Link =
        { Name: string
          Place: Point
          Turn: float list
          Mass: float
          Centre: Point
          Frame: float list
          Inertia: Point
          Low: float
          High: float }

    let private link name place turn mass centre frame inertia low high =
        { Name = name
          Place = place
          Turn = turn
          Mass = mass
          Centre = centre
          Frame = frame
          Inertia = inertia
          Low = low
          High = high }

    /// From the base to the wrist; measures of Rethink Robotics' Sawyer as the benchmark has them.
    let private sawyer =
        [ link
              "l0"
              (at 0.0 0.0 0.08)
              [ 1.0; 0.0; 0.0; 0.0 ]
              5.3213
              (at 0.024366 0.010969 0.14363)
              [ 0.894823; 0.00899958; -0.170275; 0.412573 ]
              (at 0.0651588 0.0510944 0.0186218)
              -3.0503
              3.0503
          link
              "l1"
              (at 0.081 0.05 0.237)
              [ 0.5; -0.5; 0.5; 0.5 ]
              4.505
              (at -0.0030849 -0.026811 0.092521)
              [ 0.424888; 0.891987; 0.132364; -0.0794296 ]
              (at 0.0224339 0.0221624 0.0097097)
              -3.8
              -0.5
          link
              "l2"
              (at 0.0 -0.14 0.1425)
              [ 0.707107; 0.707107; 0.0; 0.0 ]
              1.745
              (at -0.00016044 -0.014967 0.13582)
              [ 0.707831; -0.0524761; 0.0516007; 0.702537 ]
              (at 0.0257928 0.025506 0.00292515)
              -3.0426
              3.0426
          link
              "l3"
              (at 0.0 -0.042 0.26)
              [ 0.707107; -0.707107; 0.0; 0.0 ]
              2.5097
              (at -0.0048135 -0.0281 -0.084154)
              [ 0.902999; 0.385391; -0.0880901; 0.168247 ]
              (at 0.0102404 0.0096997 0.00369622)
              -3.0439
              3.0439
          link
              "l4"
              (at 0.0 -0.125 -0.1265)
              [ 0.707107; 0.707107; 0.0; 0.0 ]
              1.1136
              (at -0.0018844 0.0069001 0.1341)
              [ 0.803612; 0.031257; -0.0298334; 0.593582 ]
              (at 0.0136549 0.0135493 0.00127353)
              -2.9761
              2.9761
          link
              "l5"
              (at 0.0 0.031 0.275)
              [ 0.707107; -0.707107; 0.0; 0.0 ]
              1.5625
              (at 0.0061133 -0.023697 0.076416)
              [ 0.404076; 0.9135; 0.0473125; 0.00158335 ]
              (at 0.00474131 0.00422857 0.00190672)
              -2.9761
              2.9761
          link
              "l6"
              (at 0.0 -0.11 0.1053)
              [ 0.0616248; 0.06163; -0.704416; 0.704416 ]
              0.3292
              (at -8.0726e-06 0.0085838 -0.0049566)
              [ 0.479044; 0.515636; -0.513069; 0.491322 ]
              (at 0.000360258 0.000311068 0.000214974)
              -4.7124
              4.7124 ]

    /// The head rests on the first link, and only its mass matters.
    let private head =
        Mjcf.body
            "head"
            (at 0.0 0.0 0.2965)
            [ Mjcf.inertial
                  1.5795
                  (at 0.0053207 -2.6549e-05 0.1021)
                  [ 0.999993; 7.08405e-05; -0.00359857; -0.000626247 ]
                  (at 0.0118334 0.00827089 0.00496574)
              Mjcf.cylinder 0.07 0.08 (at 0.0 0.0 0.1)
              |> Mjcf.ofClass "seen"
              |> Mjcf.painted [ 0.25; 0.25; 0.28; 1.0 ] ]

    /// A finger: `side` is -1 for the right one and 1 for the left one.
    let private finger name jointName side low high =
        let half = at 0.045 0.003 0.015

        Mjcf.body
            $"{name}claw"
            (at 0.0 (0.05 * side) 0.0)
            [ Mjcf.joint jointName "slide" (at 0.0 1.0 0.0) low high
              |> Mjcf.having [ "armature", "100"; "damping", "1000" ]
              Mjcf.box half Point.zero |> Mjcf.ofClass "claw"
              Mjcf.site $"{name}EndEffector" (at 0.045 0.0 0.0)
              Mjcf.body
                  $"{name}pad"
                  (at 0.0 (-0.003 * side) 0.0)
                  [ Mjcf.box half Point.zero |> Mjcf.ofClass "pad" ] ]

    let private fingers =
        [ finger "right" "r_close" -1.0 0.0 0.04
          finger "left" "l_close" 1.0 -0.03 0.0 ]

    /// What of a link is seen: a bar from its joint to the next one's.
    let private bar (next: Point) =
        Mjcf.element
            "geom"
            [ "type", "capsule"
              "fromto", $"0 0 0 {Mjcf.point next}"
              "size", "0.045"
              "rgba", "0.55 0.12 0.12 1" ]
            []
        |> Mjcf.ofClass "seen"

    /// The palm and the fingers, under the last link. The palm is a box instead of the original's mesh: the same contacts to
    /// within millimetres.
    let private palm =
        Mjcf.body
            "right_hand"
            (at 0.0 0.0 0.0245)
            [ Mjcf.inertial 1e-8 (at 1e-8 1e-8 1e-8) [ 1.0; 0.0; 0.0; 0.0 ] (at 1e-8 1e-8 1e-8)
              Mjcf.box (at 0.0265 0.0512 0.0267) (at 0.003 0.0 0.0542)
              |> Mjcf.having [ "group", "1" ]
              |> Mjcf.painted [ 0.3; 0.3; 0.33; 1.0 ]
              Mjcf.body "hand" (at 0.0 0.0 0.12) fingers
              |> Mjcf.rotated [ -1.0; 0.0; 1.0; 0.0 ] ]
        |> Mjcf.rotated [ 0.707107; 0.0; 0.0; 0.707107 ]

    /// The arm: seven hinges from the base to the gripper.
    let arm: Element =
        let rec chain links =
            match links with
            | [] -> palm
            | link :: rest ->
                let next =
                    match rest with
                    | following :: _ -> following.Place
                    | [] -> at 0.0 0.0 0.0245

                Mjcf.body
                    $"right_{link.Name}"
                    link.Place
                    [ Mjcf.inertial link.Mass link.Centre link.Frame link.Inertia
                      Mjcf.joint $"right_j{link.Name[1..]}" "hinge" (at 0.0 0.0 1.0) link.Low link.High
                      |> Mjcf.having [ "armature", "0.001"; "damping", "10" ]
                      bar next
                      if link.Name = "l0" then
                          head
                      chain rest ]
                |> Mjcf.rotated link.Turn

        Mjcf.body "base" Point.zero [ chain sawyer ]

    /// The hand is welded to the body that it follows.
    let weld: Element =
        Mjcf.element "weld" [ "body1", "mocap"; "body2", "hand"; "solref", "0.02 1" ] []

    /// Where the body stands that the hand on slides follows, before it is first moved.
    let followed = at 0.0 0.6 0.2

    /// Where the arm's hand settles, as seen from the body that it follows; a connection keeps the distance that the text has, so
    /// that the hand on slides settles there too.
    let private sag = at 0.006 0.0002 -0.0053

    /// The gripper on three slides along the world's axes: no arm, so a third of the work of a step.
    let slides: Element =
        let slide name axis =
            Mjcf.joint name "slide" axis -2.0 2.0
            |> Mjcf.having [ "armature", "0.001"; "damping", "10" ]

        Mjcf.body
            "right_hand"
            (Point.raise 0.12 (followed + sag))
            [ // So light that the hand follows with no more force than the arm's.
              Mjcf.inertial 0.13 Point.zero [ 1.0; 0.0; 0.0; 0.0 ] (at 0.01 0.01 0.01)
              slide "slide_x" (at 1.0 0.0 0.0)
              slide "slide_y" (at 0.0 1.0 0.0)
              slide "slide_z" (at 0.0 0.0 1.0)
              Mjcf.box (at 0.0265 0.0512 0.0267) (at 0.0 0.0 -0.0542)
              |> Mjcf.having [ "group", "1" ]
              |> Mjcf.painted [ 0.3; 0.3; 0.33; 1.0 ]
              Mjcf.body "hand" (at 0.0 0.0 -0.12) fingers
              |> Mjcf.rotated [ 0.7071067811865476; 0.0; 0.7071067811865476; 0.0 ] ]

    /// A hand on slides cannot turn, so only its place follows.
    let connect: Element =
        Mjcf.element "connect" [ "body1", "hand"; "body2", "mocap"; "anchor", "0 0 0"; "solref", "0.02 1" ] []
