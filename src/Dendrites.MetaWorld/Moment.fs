namespace Dendrites.MetaWorld

/// Four numbers of a rotation, in the order that a task observes them.
[<Struct>]
type Orientation =
    {
        /// First.
        A: float
        /// Second.
        B: float
        /// Third.
        C: float
        /// Fourth.
        D: float
    }

/// What a task's reward, success and observation look at, after one step: positions in metres in the world's frame.
[<Struct>]
type Moment =
    {
        /// The hand, kept within the observation's box.
        Hand: Point
        /// How far apart the claws are: from 0, closed, to 1, open.
        Openness: float
        /// The object, as the task defines it.
        Object: Point
        /// The object's orientation, as the task defines it; zeros where the task shows none.
        Orientation: Orientation
        /// Between the two finger tips.
        Tcp: Point
        /// y of the right finger's pad.
        RightPad: float
        /// y of the left finger's pad.
        LeftPad: float
        /// The task's second place, such as the head of the peg; the origin where it has none.
        Mark: Point
        /// Angle of the task's hinge in radians, 0 when closed; 0 where it has none.
        Angle: float
    }

/// What an episode began with.
type Episode =
    {
        /// The random vector that chose it.
        Vector: float[]
        /// Where the object, the hand or the handle should get.
        Goal: Point
        /// Where the object stood, as the task's reward has it.
        ObjectStart: Point
        /// Between the two finger tips, when the hand had been reset.
        TcpStart: Point
        /// Where the handle or the head of the peg stood.
        MarkStart: Point
        /// Height of the object when it had settled, before it was placed.
        Rest: float
    }

/// What an agent asks for, each in [-1, 1].
[<Struct>]
type Control =
    {
        /// To move the hand, in centimetres a step; what goes beyond [-1, 1] is cut.
        Move: Point
        /// To open (-1) or close (1) the gripper.
        Grip: float
    }

/// What a scripted policy sees of an observation.
[<Struct>]
type Sight =
    {
        /// The hand.
        Hand: Point
        /// From 0, closed, to 1, open.
        Openness: float
        /// The object.
        Object: Point
        /// The goal.
        Goal: Point
    }

/// Making moments.
[<RequireQualifiedAccess>]
module Moment =

    /// No rotation shown.
    let noOrientation: Orientation = { A = 0.0; B = 0.0; C = 0.0; D = 0.0 }

    /// Openness of claws at two places: 0.1 m apart or more is open.
    let openness (rightClaw: Point) (leftClaw: Point) =
        min (Point.distance rightClaw leftClaw / 0.1) 1.0

    /// A hand's place within the observation's box.
    let seenHand (hand: Point) =
        Point.clamp (Point.make -0.525 0.348 -0.0525) (Point.make 0.525 1.025 0.7) hand

    let private unit a b c d : Orientation =
        let n = sqrt (a * a + b * b + c * c + d * d)

        { A = a / n
          B = b / n
          C = c / n
          D = d / n }

    /// The quaternion (x, y, z, w) of a rotation matrix given row by row: computed from the largest of its diagonal and trace, so
    /// that w may be negative.
    let xyzw (m: System.ReadOnlySpan<float>) : Orientation =
        let trace = m[0] + m[4] + m[8]

        if trace > m[0] && trace > m[4] && trace > m[8] then
            unit (m[7] - m[5]) (m[2] - m[6]) (m[3] - m[1]) (1.0 + trace)
        elif m[0] >= m[4] && m[0] >= m[8] then
            unit (1.0 - trace + 2.0 * m[0]) (m[3] + m[1]) (m[6] + m[2]) (m[7] - m[5])
        elif m[4] >= m[8] then
            unit (m[1] + m[3]) (1.0 - trace + 2.0 * m[4]) (m[7] + m[5]) (m[2] - m[6])
        else
            unit (m[2] + m[6]) (m[5] + m[7]) (1.0 - trace + 2.0 * m[8]) (m[3] - m[1])
