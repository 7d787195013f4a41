namespace Dendrites.MetaWorld.Models

open Dendrites.MetaWorld

/// What every model shares: the table with its rim, the floor, light, cameras, and how surfaces touch.
[<RequireQualifiedAccess>]
module Scenery =

    let private at = Point.make

    /// Geometries of these classes differ in how they touch. Group 4 is what has mass; what is only seen stands in group 1.
    let defaults (fixturesTouchThemselves: bool) : Element =
        let kind name attributes =
            Mjcf.element "default" [ "class", name ] [ Mjcf.element "geom" attributes [] ]

        let touching =
            [ "conaffinity", "1"; "contype", "1"; "margin", "0.001"; "condim", "4" ]

        // Where parts do not stop each other, the ends of their joints must.
        let stops =
            if fixturesTouchThemselves then
                []
            else
                [ "solreflimit", "0.005 1"; "solimplimit", "0.99 0.999 0.001" ]

        Mjcf.element
            "default"
            []
            [ kind "seen" [ "contype", "0"; "conaffinity", "0"; "group", "1" ]
              kind "support" [ "contype", "0"; "conaffinity", "1"; "group", "4"; "rgba", "0.55 0.45 0.35 1" ]
              kind
                  "claw"
                  (touching
                   @ [ "group", "4"
                       "solref", "0.02 1"
                       "solimp", "0.8 0.9 0.01"
                       "rgba", "0.35 0.35 0.4 1" ])
              kind
                  "pad"
                  (touching
                   @ [ "group", "1"
                       "solref", "0.01 1"
                       "solimp", "0.95 0.99 0.01"
                       "friction", "2 0.1 0.002"
                       "rgba", "0.2 0.2 0.2 1" ])
              Mjcf.element
                  "default"
                  [ "class", "fixture" ]
                  [ Mjcf.element
                        "geom"
                        [ "contype", (if fixturesTouchThemselves then "1" else "0")
                          "conaffinity", "1"
                          "condim", "3"
                          "group", "4"
                          "solref", "0.01 1"
                          "solimp", "0.99 0.99 0.01" ]
                        []
                    Mjcf.element "joint" ([ "armature", "0.001"; "damping", "2" ] @ stops) [] ] ]

    /// The benchmark's physics. Room for contacts and constraints is what the tasks need with much to spare, since the less there
    /// is, the faster a state is copied.
    let physics: Element list =
        [ Mjcf.element "compiler" [ "angle", "radian"; "inertiagrouprange", "4 5" ] []
          Mjcf.element
              "option"
              [ "timestep", "0.0025"
                "iterations", "50"
                "tolerance", "1e-10"
                "solver", "Newton"
                "jacobian", "dense"
                "cone", "elliptic" ]
              []
          Mjcf.element "size" [ "njmax", "500"; "nconmax", "120" ] [] ]

    let private light place direction =
        Mjcf.element
            "light"
            [ "directional", "true"
              "diffuse", "0.45 0.45 0.45"
              "pos", Mjcf.point place
              "dir", Mjcf.point direction ]
            []

    /// The table, its rim and the floor.
    let world: Element list =
        let rim half place =
            Mjcf.box half place |> Mjcf.ofClass "support"

        [ light (at -1.0 -1.0 1.5) (at 0.6 1.0 -1.0)
          light (at 1.0 0.0 1.5) (at -1.0 0.4 -1.0)
          Mjcf.camera "front" 40.0 (at 1.0 -0.35 0.85) (at 0.0 0.65 0.1)
          Mjcf.camera "top" 45.0 (at 0.0 0.499 1.7) (at 0.0 0.6 0.0)
          Mjcf.body
              "table"
              (at 0.0 0.6 0.0)
              [ Mjcf.box (at 0.7 0.4 0.46) (at 0.0 0.0 -0.46) |> Mjcf.ofClass "support" ]
          Mjcf.body
              "rim"
              (at 0.0 0.6 0.06)
              [ rim (at 0.7 0.01 0.06) (at 0.0 -0.39 0.0)
                rim (at 0.7 0.01 0.06) (at 0.0 0.39 0.0)
                rim (at 0.01 0.38 0.06) (at -0.69 0.0 0.0)
                rim (at 0.01 0.38 0.06) (at 0.69 0.0 0.0) ]
          Mjcf.element
              "geom"
              [ "name", "floor"
                "type", "plane"
                "size", "4 4 0.1"
                "pos", "0 0 -0.913"
                "rgba", "0.8 0.8 0.78 1" ]
              [] ]

    /// The body that the hand follows, which stands at a place until it is first moved.
    let mocap (place: Point) : Element =
        let mark =
            Mjcf.sphere 0.01 Point.zero
            |> Mjcf.ofClass "seen"
            |> Mjcf.painted [ 0.0; 0.5; 0.5; 0.0 ]

        Mjcf.body "mocap" place [ mark ] |> Mjcf.having [ "mocap", "true" ]

    /// Two position servos that push the claws apart or together.
    let actuators: Element =
        let servo joint =
            Mjcf.element
                "position"
                [ "joint", joint; "kp", "400"; "ctrllimited", "true"; "ctrlrange", "-1 1" ]
                []

        Mjcf.element "actuator" [] [ servo "r_close"; servo "l_close" ]
