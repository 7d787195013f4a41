namespace Dendrites.MetaWorld

/// A place or a displacement in metres: x across the table, y away from the arm's base, z up from the table's top.
[<Struct>]
type Point =
    {
        /// Across the table.
        X: float
        /// Away from the arm's base.
        Y: float
        /// Up.
        Z: float
    }

    /// The sum of two displacements.
    static member (+)(a: Point, b: Point) : Point =
        { X = a.X + b.X
          Y = a.Y + b.Y
          Z = a.Z + b.Z }

    /// The displacement from `b` to `a`.
    static member (-)(a: Point, b: Point) : Point =
        { X = a.X - b.X
          Y = a.Y - b.Y
          Z = a.Z - b.Z }

    /// A displacement `factor` times as long.
    static member (*)(factor: float, a: Point) : Point =
        { X = factor * a.X
          Y = factor * a.Y
          Z = factor * a.Z }

/// Lengths and distances, all in metres.
[<RequireQualifiedAccess>]
module Point =

    /// The point (x, y, z).
    let make x y z : Point = { X = x; Y = y; Z = z }

    /// (0, 0, 0).
    let zero = make 0.0 0.0 0.0

    /// `point` moved up by `height`.
    let raise height (point: Point) = { point with Z = point.Z + height }

    /// Component by component, `point` between `low` and `high`.
    let clamp (low: Point) (high: Point) (point: Point) =
        make
            (min (max point.X low.X) high.X)
            (min (max point.Y low.Y) high.Y)
            (min (max point.Z low.Z) high.Z)

    /// Euclidean length.
    let length (a: Point) =
        sqrt (a.X * a.X + a.Y * a.Y + a.Z * a.Z)

    /// Euclidean distance.
    let distance (a: Point) (b: Point) = length (a - b)

    /// Distance seen from above.
    let distanceXY (a: Point) (b: Point) =
        let x, y = a.X - b.X, a.Y - b.Y
        sqrt (x * x + y * y)

    /// Distance seen along y.
    let distanceXZ (a: Point) (b: Point) =
        let x, z = a.X - b.X, a.Z - b.Z
        sqrt (x * x + z * z)

    /// Distance with each axis stretched by a factor of its own.
    let stretched (factors: Point) (a: Point) (b: Point) =
        let d = a - b
        length (make (factors.X * d.X) (factors.Y * d.Y) (factors.Z * d.Z))

    /// The point that stands at `numbers[at .. at + 2]`.
    let at (at: int) (numbers: float[]) =
        make numbers[at] numbers[at + 1] numbers[at + 2]
