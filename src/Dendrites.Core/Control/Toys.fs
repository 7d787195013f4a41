namespace Dendrites

/// Small tasks on which reinforcement learning can be watched and tested in seconds.
[<RequireQualifiedAccess>]
module Toys =

    /// An episode of one step: an action near `best` earns up to 1, `1 - (action - best)²`. There is nothing to see but a one, so tasks
    /// that differ can only be told apart by their number.
    let arm (best: float32) : Environment<unit> =
        { Observation = 1
          Actions = 1
          Goals = 1
          Reset = fun _ _ -> (), [| 1.0f |]
          Step =
            fun action () ->
                let miss = action[0] - best

                (),
                { Observation = [| 1.0f |]
                  Reward = 1.0f - miss * miss
                  Success = abs miss < 0.2f
                  Terminal = true } }

    /// A bandit with two arms, one for each task: -0.5 is best in the first, 0.5 in the second.
    let twoArmed: Environments =
        Environments.ofTasks 1 [ "left", arm -0.5f; "right", arm 0.5f ]

    /// A point on the square [-1, 1]² that moves by a tenth of its action, times `direction`, and should get to its goal, one of four.
    /// Seen are its place and the goal's; each step earns 1 less the distance, and is a success within 0.15.
    let point (direction: float32) : Environment<float32[]> =
        let goal (number: int) =
            let angle = System.MathF.PI * (0.25f + 0.5f * float32 number)
            [| 0.6f * cos angle; 0.6f * sin angle |]

        let into (x: float32) = max -1.0f (min 1.0f x)

        // The state is what is seen: a place, then a goal.
        { Observation = 4
          Actions = 2
          Goals = 4
          Reset =
            fun number key ->
                let place = Key.uniforms32 2 key |> Array.map (fun u -> 0.4f * u - 0.2f)
                let state = Array.append place (goal number)
                state, state
          Step =
            fun action state ->
                let place =
                    Array.init 2 (fun axis -> into (state[axis] + 0.1f * direction * into action[axis]))

                let distance =
                    sqrt (Array.init 2 (fun axis -> (place[axis] - state[axis + 2]) ** 2.0f) |> Array.sum)

                let state = Array.append place state[2..3]

                state,
                { Observation = state
                  Reward = 1.0f - distance
                  Success = distance < 0.15f
                  Terminal = false } }

    /// Two tasks with a point: in the first it goes where it is pushed, in the second the other way.
    let points (horizon: int) : Environments =
        Environments.ofTasks horizon [ "along", point 1.0f; "against", point -1.0f ]
