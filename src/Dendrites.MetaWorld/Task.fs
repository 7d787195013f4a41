namespace Dendrites.MetaWorld

/// The scenes of the ten tasks: what lies or stands on the table.
type Scene =
    /// A cylinder of 4 cm that can be pushed and picked.
    | Puck
    /// A safe whose door swings open.
    | Door
    /// A chest with one drawer.
    | Drawer
    /// A box with a button on top.
    | Button
    /// A peg, and a block with a hole in its side.
    | Peg
    /// A window whose pane slides.
    | Window

/// A named place of a model.
type Anchor =
    /// The frame of a body.
    | Body of string
    /// The frame of a geometry.
    | Geometry of string
    /// The frame of a site.
    | Site of string

/// Which rotation a task observes.
type Shown =
    /// None: zeros.
    | Nothing
    /// The anchor's, as (x, y, z, w).
    | ScalarLast
    /// The anchor's, as (w, x, y, z).
    | ScalarFirst

/// Where the object of a task is seen.
type Seen =
    {
        /// The place that it is read from.
        Anchor: Anchor
        /// What is added to it, in the world's axes.
        Offset: Point
        /// The anchor whose rotation is shown, and how.
        Orientation: Anchor * Shown
    }

/// One thing that a reset does to the scene, once the hand has been reset.
type Placing =
    /// Moves a fixed body in the model itself. Nothing is computed anew: the next step will see it.
    | MoveFixture of body: string * position: Point
    /// Puts a free body somewhere, at rest and with its rotation as it is, and computes positions anew.
    | MoveFree of body: string * position: Point
    /// Sets a joint's position and leaves its velocity.
    | SetJoint of joint: string * position: float
    /// Sets a joint's velocity to 0.
    | RestJoint of joint: string
    /// Computes every position anew.
    | Settle

/// A manipulation task: a scene, how it is arranged, and functions of what is seen. A new task is a new value.
[<NoEquality; NoComparison>]
type Task =
    {
        /// The benchmark's name without its version, such as `drawer-open`.
        Name: string
        /// What stands on the table.
        Scene: Scene
        /// The benchmark's own model of it, without `.xml`.
        Genuine: string
        /// Where the hand is sent at the start.
        HandStart: Point
        /// Lower bounds of the random vector.
        Low: float[]
        /// Upper bounds of the random vector.
        High: float[]
        /// Whether a random vector is kept; one that is not is drawn again.
        Accepts: float[] -> bool
        /// Where the object is seen.
        Seen: Seen
        /// The site that `Moment.Mark` is read from.
        Mark: string option
        /// The hinge that `Moment.Angle` is read from.
        Hinge: string option
        /// What a reset does, from the random vector and the moment when the hand had been reset.
        Place: float[] -> Moment -> Placing list
        /// The episode, from the random vector and the moments before and after placing.
        Begin: float[] -> Moment -> Moment -> Episode
        /// The second version's reward in [0, 10], with the grip that was asked for.
        Reward: Episode -> Moment -> float -> float
        /// The first version's reward, with the grip that was asked for.
        FirstReward: Episode -> Moment -> float -> float
        /// Whether the task is done at this moment.
        Succeeded: Episode -> Moment -> bool
        /// The scripted policy.
        Policy: Sight -> Control
    }

/// What the tasks' own files share.
[<AutoOpen>]
module internal TaskParts =

    /// The command that moves the hand towards `target`: `gain` times the way.
    let towards (gain: float) (target: Point) (grip: float) (sight: Sight) : Control =
        { Move = gain * (target - sight.Hand)
          Grip = grip }

    /// No vector is drawn again.
    let anyVector (_: float[]) = true

    /// A vector of an object's and a goal's place whose two lie at least `apart` from each other, seen from above.
    let apart (distance: float) (vector: float[]) =
        Point.distanceXY (Point.at 0 vector) (Point.at 3 vector) >= distance

    /// Where the hand starts, but for the button and the windows.
    let handStart = Point.make 0.0 0.6 0.2

    /// An object seen without rotation.
    let seenAt anchor offset : Seen =
        { Anchor = anchor
          Offset = offset
          Orientation = anchor, Nothing }

    /// An object seen at its anchor, with its rotation.
    let seenWhole anchor shown : Seen =
        { Anchor = anchor
          Offset = Point.zero
          Orientation = anchor, shown }

    /// An episode with a goal and an object's start; the mark is where it was seen after placing.
    let episode vector goal start (before: Moment) (after: Moment) : Episode =
        { Vector = vector
          Goal = goal
          ObjectStart = start
          TcpStart = before.Tcp
          MarkStart = after.Object
          Rest = before.Object.Z }
