namespace Dendrites.Tests

open Expecto
open FsCheck
open FsCheck.FSharp
open Dendrites
open Dendrites.MetaWorld

/// The seed of a trial's key. Not shrunk: a smaller seed is not a simpler case.
type Seed = Seed of int

/// FsCheck generators of these tests.
type Generators =
    /// Seeds over the whole range: the default generator of integers would draw the same few again and again.
    static member Seed() : Arbitrary<Seed> =
        Arb.fromGen (Gen.map Seed (Gen.choose (0, System.Int32.MaxValue)))

/// What the tests share.
[<AutoOpen>]
module Support =

    /// A claim that must hold for `trials` keys.
    let propertyOf trials name (body: Key -> unit) =
        let config =
            { FsCheckConfig.defaultConfig with
                maxTest = trials
                arbitrary = [ typeof<Generators> ] }

        testPropertyWithConfig config name (fun (Seed seed) -> body (Key.ofSeed seed))

    /// A claim that must hold for two hundred keys.
    let property name body = propertyOf 200 name body

    /// A number in [low, high) that the key draws for a purpose.
    let number purpose low high (key: Key) : float =
        low + (high - low) * (Key.uniforms 1 (Key.named purpose key))[0]

    /// A point above the table that the key draws for a purpose.
    let point purpose (key: Key) : Point =
        let key = Key.named purpose key
        Point.make (number "x" -0.5 0.5 key) (number "y" 0.4 1.0 key) (number "z" 0.0 0.4 key)

    /// Fails unless the two differ by at most `tolerance`.
    let expectNear tolerance (expected: float) (actual: float) message =
        if not (abs (expected - actual) <= tolerance) then
            failtestf "%s: %.9g, expected %.9g within %g" message actual expected tolerance

    /// Fails unless two points are at most `tolerance` metres apart.
    let expectPoint tolerance (expected: Point) (actual: Point) message =
        if not (Point.distance expected actual <= tolerance) then
            failtestf "%s: %A, expected %A within %g" message actual expected tolerance

    /// The task of a name.
    let taskOf name = snd (MT10.find name).Value

    /// A moment that is seen at random; the gripper as if it were real.
    let moment (key: Key) : Moment =
        { Hand = point "hand" key
          Openness = number "openness" 0.0 1.0 key
          Object = point "object" key
          Orientation = Moment.noOrientation
          Tcp = point "tcp" key
          RightPad = number "right" 0.4 1.0 key
          LeftPad = number "left" 0.4 1.0 key
          Mark = point "mark" key
          Angle = number "angle" -2.0 0.1 key }

    /// A random vector of a task.
    let vectorOf (task: Task) (key: Key) : float[] =
        Array.mapi2 (fun i low high -> number $"vector {i}" low high key) task.Low task.High

    /// An episode that begins at two random moments.
    let episodeOf (task: Task) (key: Key) : Episode =
        task.Begin (vectorOf task key) (moment (Key.named "before" key)) (moment (Key.named "after" key))
