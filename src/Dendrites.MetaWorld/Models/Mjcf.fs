namespace Dendrites.MetaWorld.Models

open System
open System.Globalization
open System.Xml.Linq
open Dendrites.MetaWorld

/// An element of a MuJoCo model's text.
type Element =
    {
        /// Its tag.
        Tag: string
        /// Names and values; of a name given twice the last counts.
        Attributes: (string * string) list
        /// What stands in it, in order.
        Children: Element list
    }

/// MuJoCo models as text (MJCF): small functions that make elements. Lengths in metres, angles in radians, quaternions (w, x, y, z).
[<RequireQualifiedAccess>]
module Mjcf =

    /// A number that reads back as the same bits.
    let number (value: float) =
        value.ToString("R", CultureInfo.InvariantCulture)

    /// Numbers with blanks between them.
    let numbers (values: float list) =
        String.Join(' ', values |> List.map number)

    /// A point's three numbers.
    let point (p: Point) = numbers [ p.X; p.Y; p.Z ]

    /// An element.
    let element tag attributes children : Element =
        { Tag = tag
          Attributes = attributes
          Children = children }

    /// The element with attributes added, or put in the place of those it had.
    let having attributes (e: Element) =
        { e with
            Attributes = e.Attributes @ attributes }

    /// A body at a place in its parent's frame.
    let body name (place: Point) children =
        element "body" [ "name", name; "pos", point place ] children

    let private solid kind size (place: Point) =
        element "geom" [ "type", kind; "size", numbers size; "pos", point place ] []

    /// A box of three half-sizes at a place.
    let box (half: Point) place =
        solid "box" [ half.X; half.Y; half.Z ] place

    /// A cylinder along z.
    let cylinder radius half place = solid "cylinder" [ radius; half ] place

    /// A capsule along z; `half` does not count its caps.
    let capsule radius half place = solid "capsule" [ radius; half ] place

    /// A sphere.
    let sphere radius place = solid "sphere" [ radius ] place

    /// Turned by angles about x, y and z, one after the other.
    let turned (x: float) (y: float) (z: float) = having [ "euler", numbers [ x; y; z ] ]

    /// Turned by a quaternion.
    let rotated (quaternion: float list) = having [ "quat", numbers quaternion ]

    /// Of a class of defaults.
    let ofClass name = having [ "class", name ]

    /// Painted red, green, blue and opaque as given, each in [0, 1].
    let painted (colour: float list) = having [ "rgba", numbers colour ]

    /// With a name.
    let named name = having [ "name", name ]

    /// A named point of a body.
    let site name place =
        element "site" [ "name", name; "pos", point place; "size", "0.005"; "group", "4" ] []

    /// A body's mass, centre of mass, and diagonal inertia in a frame turned by a quaternion.
    let inertial mass (centre: Point) (rotation: float list) (diagonal: Point) =
        element
            "inertial"
            [ "mass", number mass
              "pos", point centre
              "quat", numbers rotation
              "diaginertia", point diagonal ]
            []

    /// A joint of a kind (`slide` or `hinge`) along an axis, which stops at the ends of its range.
    let joint name kind (axis: Point) (low: float) (high: float) =
        element
            "joint"
            [ "name", name
              "type", kind
              "axis", point axis
              "limited", "true"
              "range", numbers [ low; high ] ]
            []

    /// A camera at `eye` that looks at `target`, upright.
    let camera name (fieldOfView: float) (eye: Point) (target: Point) =
        let unit (p: Point) = (1.0 / Point.length p) * p
        let back = unit (eye - target)
        let right = unit (Point.make -back.Y back.X 0.0)

        let up =
            Point.make
                (back.Y * right.Z - back.Z * right.Y)
                (back.Z * right.X - back.X * right.Z)
                (back.X * right.Y - back.Y * right.X)

        element
            "camera"
            [ "name", name
              "fovy", number fieldOfView
              "pos", point eye
              "xyaxes", $"{point right} {point up}" ]
            []

    let rec private xml (e: Element) : XElement =
        let node = XElement(XName.Get e.Tag)

        for name, value in e.Attributes do
            node.SetAttributeValue(XName.Get name, value)

        for child in e.Children do
            node.Add(xml child)

        node

    /// The text of an element and all that stands in it.
    let text (e: Element) : string = (xml e).ToString()
