namespace Dendrites.MetaWorld

open System
open Dendrites.MuJoCo

/// Reads a task's moment off a simulation.
[<Sealed>]
type internal Eye(simulation: Simulation, task: Task) =
    let model = simulation.Model
    let hand = model.Body "hand"
    let rightClaw, leftClaw = model.Body "rightclaw", model.Body "leftclaw"
    let rightPad, leftPad = model.Body "rightpad", model.Body "leftpad"

    let rightTip, leftTip = model.Site "rightEndEffector", model.Site "leftEndEffector"

    let find anchor =
        match anchor with
        | Body name -> model.Body name
        | Geometry name -> model.Geom name
        | Site name -> model.Site name

    let object = find task.Seen.Anchor
    let turner, shown = task.Seen.Orientation
    let turning = find turner

    let mark =
        match task.Mark with
        | Some name -> model.Site name
        | None -> -1

    let hinge =
        match task.Hinge with
        | Some name -> model.JntQposadr[model.Joint name]
        | None -> -1

    let at (positions: Span<float>) index =
        Point.make positions[3 * index] positions[3 * index + 1] positions[3 * index + 2]

    let places anchor =
        match anchor with
        | Body _ -> simulation.Xpos
        | Geometry _ -> simulation.GeomXpos
        | Site _ -> simulation.SiteXpos

    let matrices anchor =
        match anchor with
        | Body _ -> simulation.Xmat
        | Geometry _ -> simulation.GeomXmat
        | Site _ -> simulation.SiteXmat

    let orientation () =
        match shown with
        | Nothing -> Moment.noOrientation
        | ScalarLast -> Moment.xyzw (Span.op_Implicit ((matrices turner).Slice(9 * turning, 9)))
        | ScalarFirst ->
            let q = simulation.Xquat.Slice(4 * turning, 4)

            { A = q[0]
              B = q[1]
              C = q[2]
              D = q[3] }

    /// The moment as positions were last computed.
    member _.Look() : Moment =
        let bodies = simulation.Xpos
        let sites = simulation.SiteXpos

        { Hand = Moment.seenHand (at bodies hand)
          Openness = Moment.openness (at bodies rightClaw) (at bodies leftClaw)
          Object = at (places task.Seen.Anchor) object + task.Seen.Offset
          Orientation = orientation ()
          Tcp = 0.5 * (at sites rightTip + at sites leftTip)
          RightPad = bodies[3 * rightPad + 1]
          LeftPad = bodies[3 * leftPad + 1]
          Mark = if mark < 0 then Point.zero else at sites mark
          Angle = if hinge < 0 then 0.0 else simulation.Qpos[hinge] }
