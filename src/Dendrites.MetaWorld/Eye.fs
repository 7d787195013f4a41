namespace Dendrites.MetaWorld

open System

/// Reads a task's moment off a simulation.
[<Sealed>]
type internal Eye(simulator: Simulator, task: Task) =
    let hand = simulator.Body "hand"
    let rightClaw, leftClaw = simulator.Body "rightclaw", simulator.Body "leftclaw"
    let rightPad, leftPad = simulator.Body "rightpad", simulator.Body "leftpad"

    let rightTip, leftTip =
        simulator.Site "rightEndEffector", simulator.Site "leftEndEffector"

    let find anchor =
        match anchor with
        | Body name -> simulator.Body name
        | Geometry name -> simulator.Geometry name
        | Site name -> simulator.Site name

    let object = find task.Seen.Anchor
    let turner, shown = task.Seen.Orientation
    let turning = find turner

    let mark =
        match task.Mark with
        | Some name -> simulator.Site name
        | None -> -1

    let hinge =
        match task.Hinge with
        | Some name -> simulator.PositionAddress(simulator.Joint name)
        | None -> -1

    let at (positions: Span<float>) index =
        Point.make positions[3 * index] positions[3 * index + 1] positions[3 * index + 2]

    let places anchor =
        match anchor with
        | Body _ -> simulator.BodyPositions
        | Geometry _ -> simulator.GeometryPositions
        | Site _ -> simulator.SitePositions

    let matrices anchor =
        match anchor with
        | Body _ -> simulator.BodyMatrices
        | Geometry _ -> simulator.GeometryMatrices
        | Site _ -> simulator.SiteMatrices

    let orientation () =
        match shown with
        | Nothing -> Moment.noOrientation
        | ScalarLast -> Moment.xyzw (Span.op_Implicit ((matrices turner).Slice(9 * turning, 9)))
        | ScalarFirst ->
            let q = simulator.BodyRotations.Slice(4 * turning, 4)

            { A = q[0]
              B = q[1]
              C = q[2]
              D = q[3] }

    /// The moment as positions were last computed.
    member _.Look() : Moment =
        let bodies = simulator.BodyPositions
        let sites = simulator.SitePositions

        { Hand = Moment.seenHand (at bodies hand)
          Openness = Moment.openness (at bodies rightClaw) (at bodies leftClaw)
          Object = at (places task.Seen.Anchor) object + task.Seen.Offset
          Orientation = orientation ()
          Tcp = 0.5 * (at sites rightTip + at sites leftTip)
          RightPad = bodies[3 * rightPad + 1]
          LeftPad = bodies[3 * leftPad + 1]
          Mark = if mark < 0 then Point.zero else at sites mark
          Angle = if hinge < 0 then 0.0 else simulator.Positions[hinge] }
