namespace Dendrites.MuJoCo;

/// <summary>
/// Proves the offsets of <see cref="Layout"/> on the library that was loaded: a model whose every number is known is
/// compiled, and what is read through the offsets must be those numbers.
/// </summary>
internal static class SelfTest
{
    private const double Timestep = 0.003;

    /// <summary>Every count differs from its neighbours, and every place from the others.</summary>
    private const string Source =
        """
        <mujoco>
          <option timestep="0.003" gravity="0.5 0.25 -2"/>
          <worldbody>
            <body name="target" mocap="true" pos="3 4 5" quat="0 1 0 0"/>
            <body name="box" pos="0.5 0.25 2">
              <freejoint name="free"/>
              <geom name="block" type="box" size="0.125 0.25 0.5" pos="0.0625 0 0" mass="1.5"/>
              <site name="corner" pos="0.125 0.25 0.5"/>
              <site name="other" pos="0 0 0.5"/>
            </body>
            <body name="cart" pos="-1 -2 3">
              <joint name="rail" type="slide" axis="1 0 0" range="-0.75 0.5" limited="true"/>
              <geom name="wheel" size="0.1" contype="0" conaffinity="0"/>
              <geom name="axle" size="0.05" contype="0" conaffinity="0"/>
            </body>
          </worldbody>
          <equality><weld name="hold" body1="target" body2="box" active="false"/></equality>
          <actuator>
            <motor name="push" joint="rail" ctrllimited="true" ctrlrange="-3 7"/>
            <general name="slow" joint="rail" dyntype="filter" dynprm="2" gainprm="0"/>
          </actuator>
        </mujoco>
        """;

    /// <summary>Raises MuJoCoLoadException when a number is another; <paramref name="file"/> is the library's.</summary>
    public static void Run(string file)
    {
        using var model = Model.Compile(Source);
        using var simulation = new Simulation(model);

        // Arrays are read only after their lengths were seen to be right.
        Check(model.Nq == 8 && model.Nv == 7 && model.Nu == 2 && model.Na == 1, "nq, nv, nu, na");
        Check(model.Nbody == 4 && model.Njnt == 2 && model.Ngeom == 3 && model.Nsite == 2, "nbody, njnt, ngeom, nsite");
        Check(model.Neq == 1 && model.Nmocap == 1, "neq, nmocap");
        Check(model.Timestep == Timestep && Same(model.Gravity, 0.5, 0.25, -2), "opt");
        Check(model.Body("cart") == 3 && model.Site("other") == 1 && model.Geom("axle") == 2 && model.Joint("rail") == 1, "ids");
        Check(model.Actuator("slow") == 1 && model.Equality("hold") == 0 && model.NameOf(ObjectKind.Body, 2) == "box", "names");
        Check(Same(model.Qpos0, 0.5, 0.25, 2, 1, 0, 0, 0, 0), "qpos0");
        Check(Same(model.BodyPos, 0, 0, 0, 3, 4, 5, 0.5, 0.25, 2, -1, -2, 3), "body_pos");
        Check(Same(model.BodyQuat[4..8], 0, 1, 0, 0) && model.BodyMass[2] == 1.5, "body_quat, body_mass");
        Check(Same(model.BodyParentid, 0, 0, 0, 0) && Same(model.BodyMocapid, -1, 0, -1, -1), "body_parentid, body_mocapid");
        Check(Same(model.BodyJntadr, -1, -1, 0, 1) && Same(model.JntType, 0, 2), "body_jntadr, jnt_type");
        Check(Same(model.JntQposadr, 0, 7) && Same(model.JntDofadr, 0, 6), "jnt_qposadr, jnt_dofadr");
        Check(Same(model.JntRange[2..], -0.75, 0.5) && Same(model.GeomSize[..3], 0.125, 0.25, 0.5), "jnt_range, geom_size");
        Check(Same(model.GeomPos[..3], 0.0625, 0, 0) && Same(model.GeomBodyid, 2, 3, 3), "geom_pos, geom_bodyid");
        Check(Same(model.SitePos, 0.125, 0.25, 0.5, 0, 0, 0.5) && Same(model.SiteBodyid, 2, 2), "site_pos, site_bodyid");
        Check(Same(model.EqType, 1) && model.EqData.Length == Layout.EqDataStride && model.EqData[10] == 1, "eq_type, eq_data");
        Check(Same(model.ActuatorCtrlrange[..2], -3, 7), "actuator_ctrlrange");

        simulation.Qpos[7] = 0.25;
        model.BodyPos[9] = -1.5;
        simulation.MocapPos[0] = 6;
        simulation.Forward();
        Check(Same(simulation.Xpos, 0, 0, 0, 6, 4, 5, 0.5, 0.25, 2, -1.25, -2, 3), "xpos, mocap_pos");
        Check(Same(simulation.Xquat[4..8], 0, 1, 0, 0) && Same(simulation.MocapQuat, 0, 1, 0, 0), "xquat, mocap_quat");
        Check(Same(simulation.Xmat[9..18], 1, 0, 0, 0, -1, 0, 0, 0, -1), "xmat");
        Check(Same(simulation.GeomXpos[..3], 0.5625, 0.25, 2) && Same(simulation.GeomXmat[..3], 1, 0, 0), "geom_xpos, geom_xmat");
        Check(Same(simulation.SiteXpos, 0.625, 0.5, 2.5, 0.5, 0.25, 2.5) && Same(simulation.SiteXmat[..3], 1, 0, 0), "site_xpos");
        Check(simulation.Ncon == 0 && simulation.Nefc == 0 && simulation.Time == 0, "ncon, nefc, time");

        simulation.Ctrl[0] = 5;
        simulation.Ctrl[1] = 1;
        simulation.QfrcApplied[0] = 1.5;
        simulation.XfrcApplied[6 * 2 + 2] = 1.5;
        simulation.Step();
        Check(simulation.Time == Timestep && simulation.ActuatorForce[0] == 5, "time, actuator_force");
        Check(Close(simulation.Act[0], Timestep / 2), "act");
        Check(Close(simulation.Qacc[0], 1.5) && Close(simulation.Qacc[2], -1) && Close(simulation.Qvel[0], 1.5 * Timestep), "qacc, qvel");
        Check(Same(simulation.QaccWarmstart, [.. simulation.Qacc]), "qacc_warmstart");

        void Check(bool holds, string what)
        {
            if (!holds) throw new MuJoCoLoadException($"{file} says that it is MuJoCo {MuJoCoLibrary.Version}, but its {what} stand elsewhere");
        }
    }

    private static bool Same<T>(Span<T> found, params T[] wanted) where T : IEquatable<T> => found.SequenceEqual(wanted);

    private static bool Close(double found, double wanted) => Math.Abs(found - wanted) < 1e-9;
}
